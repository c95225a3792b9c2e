// gmectl state copy: takes the state of a running counter over its admin port, for a new counter or
// one that has lost its own.
//
// Thread safety: a free function without state. Errors: those of admin_client.h;
// FailedPrecondition, a gmewatchd uses the directory, or it cannot be used; DataLoss, what came is
// no sound state; Internal, it cannot be written. After an error the state that was there is still
// there.
#ifndef GMEWATCH_DAEMON_GMECTL_STATE_FETCH_H_
#define GMEWATCH_DAEMON_GMECTL_STATE_FETCH_H_

#include <string>

#include "absl/status/statusor.h"
#include "daemon/gmectl/admin_client.h"

namespace gmewatch {

// Makes `state_dir` if it is absent. Needs space for the state twice. Returns the directory within
// `state_dir` that what was there was moved to; empty if nothing was.
absl::StatusOr<std::string> FetchState(const AdminAddress& from, const std::string& state_dir);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_STATE_FETCH_H_
