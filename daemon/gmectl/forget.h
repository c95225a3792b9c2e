// gmectl forget: begins series again at zero, in the state of a daemon that does not run. It
// appends an epoch that says so, so the next start has it, whatever happens meanwhile. It is no
// request to a running daemon, because the admin port changes nothing.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_FORGET_H_
#define GMEWATCH_DAEMON_GMECTL_FORGET_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

// Begins the series again and says in one line what they had. Errors: NotFound, there is no state
// or no such series; FailedPrecondition, a daemon runs; otherwise those of a start.
absl::StatusOr<std::string> ForgetIn(const std::string& state_dir, const Forget& what);

int RunForget(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_FORGET_H_
