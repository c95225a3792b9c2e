// The directory that holds what must survive the daemon.
//
// Thread safety: free functions without state. Errors: FailedPrecondition, the path cannot be used,
// with what is wrong; Internal, the directory could not be synced.
#ifndef GMEWATCH_DAEMON_LOG_STATE_DIR_H_
#define GMEWATCH_DAEMON_LOG_STATE_DIR_H_

#include <string>

#include "absl/status/status.h"

namespace gmewatch {

// Creates the directory (and those above it) for the daemon's user alone where it is absent, and
// checks that files can be made in it. What is there already keeps its mode.
absl::Status PrepareStateDir(const std::string& state_dir);

// Creates `path` empty, for the daemon's user alone, if there is nothing; checks that it can be
// written if there is.
absl::Status PrepareStateFile(const std::string& path);

// Makes names that were added to the directory survive a power loss.
absl::Status SyncDirectory(const std::string& directory);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_STATE_DIR_H_
