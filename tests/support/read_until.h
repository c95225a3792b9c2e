// Reads from a pipe what a test waits for.
#ifndef GMEWATCH_TESTS_SUPPORT_READ_UNTIL_H_
#define GMEWATCH_TESTS_SUPPORT_READ_UNTIL_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// Reads until `text` has come; ends early at the end of the data, or if none comes for 30 s.
std::string ReadUntil(int fd, absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_READ_UNTIL_H_
