// Prepares the state directory, which holds everything that must survive the daemon.
//
// Thread safety: free functions without state. Errors: FailedPrecondition, the path cannot be used,
// with the reason; Internal, the directory could not be synced.
#ifndef GMEWATCH_DAEMON_LOG_STATE_DIR_H_
#define GMEWATCH_DAEMON_LOG_STATE_DIR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

// Creates the directory, and its parents, for the daemon's user alone if it is absent. Checks that
// files can be created in it. An existing directory keeps its mode.
absl::Status PrepareStateDir(const std::string& state_dir);

// Creates an empty file for the daemon's user alone if it is absent; otherwise checks that it can
// be written.
absl::Status PrepareStateFile(const std::string& path);

// "cannot open /a/b: REASON", for a call that failed with the errno `error`: FailedPrecondition if
// the path cannot be used, otherwise Internal.
absl::Status FileError(absl::string_view what, absl::string_view path, int error);

// After it, names that were added to the directory survive a power loss.
absl::Status SyncDirectory(const std::string& directory);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_STATE_DIR_H_
