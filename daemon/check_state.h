// gmewatchd --check_state: whether gmewatchd could start from a state directory, and with what. For
// a backup before it is restored, or after an error at a start.
#ifndef GMEWATCH_DAEMON_CHECK_STATE_H_
#define GMEWATCH_DAEMON_CHECK_STATE_H_

#include <string>

#include "absl/status/statusor.h"

namespace gmewatch {

// Reads everything as a start does, and says in one line what is there. Like a start it moves the
// contents of the WALs into the files. Errors: NotFound, there is no state; otherwise those of a
// start.
absl::StatusOr<std::string> CheckState(const std::string& state_dir);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CHECK_STATE_H_
