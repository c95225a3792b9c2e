// The version of gmewatchd and gmectl, from the project() line of the root CMakeLists.txt.
//
// Thread safety: a pure function.
#ifndef GMEWATCH_DAEMON_BASE_VERSION_H_
#define GMEWATCH_DAEMON_BASE_VERSION_H_

#include "absl/strings/string_view.h"

namespace gmewatch {

absl::string_view Version();

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_VERSION_H_
