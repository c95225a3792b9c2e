// Thread safety: a pure function.
#ifndef GMEWATCH_TESTS_DAEMON_EXPOSE_INFLATE_H_
#define GMEWATCH_TESTS_DAEMON_EXPOSE_INFLATE_H_

#include <string>

namespace gmewatch {

// The text of a whole gzip member of up to 16 MiB; "damaged" if `bytes` is something else.
std::string Inflate(const std::string& bytes);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_EXPOSE_INFLATE_H_
