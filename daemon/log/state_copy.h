// Copies a state directory: a backup while gmewatchd runs, and its way back.
//
// A copy has journal.db and state.db, each by SQLite's online backup; that of a counter has
// state.db alone. The snapshot of journal.db is taken first, so it has every epoch after the
// checkpoint in the snapshot of state.db. What was rejected since the last epoch is copied too;
// journal.mark and the lock are not.
//
// Thread safety: free functions without state. Errors: NotFound, there is no state to copy;
// AlreadyExists, the target is there; FailedPrecondition, a directory is in use or cannot be used;
// Internal and DataLoss, what SQLite says, with the file.
#ifndef GMEWATCH_DAEMON_LOG_STATE_COPY_H_
#define GMEWATCH_DAEMON_LOG_STATE_COPY_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

enum class StateRole { kAll, kCounter };

// Whose state the directory has, which a gmewatchd may use meanwhile. NotFound if it has none, or
// not all of it.
absl::StatusOr<StateRole> RoleOfState(const std::string& state_dir);

// Copies the state of `state_dir`, which a gmewatchd may use meanwhile, to the new directory
// `backup`, for this user alone. If it fails, `backup` may have parts of a copy.
absl::Status BackUpState(const std::string& state_dir, const std::string& backup);

// Passes a copy of state.db of a counter to `send`, in pieces, and then an empty one, until it
// returns false. Needs as much space on the disk meanwhile. Unavailable while another copy is sent.
absl::Status SendCounterState(const std::string& state_dir,
                              absl::FunctionRef<bool(absl::string_view)> send);

// Puts a backup in the place of the state of `state_dir`, which no gmewatchd may use. The files get
// the owner of `state_dir` and are for that user alone. Returns the directory within `state_dir`
// that what was there was moved to; empty if nothing was.
absl::StatusOr<std::string> RestoreState(const std::string& backup, const std::string& state_dir);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_STATE_COPY_H_
