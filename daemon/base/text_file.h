// The text of a file that an operator names: settings, catalogue.
//
// Thread safe. Errors: InvalidArgument "PATH: why", because a file that cannot be read is a wrong
// setting.
#ifndef GMEWATCH_DAEMON_BASE_TEXT_FILE_H_
#define GMEWATCH_DAEMON_BASE_TEXT_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace gmewatch {

// All of it, as it is; an error where it has more than `bytes_max` bytes.
absl::StatusOr<std::string> ReadTextFile(const std::string& path, size_t bytes_max);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_TEXT_FILE_H_
