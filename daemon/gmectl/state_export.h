// gmectl state export: makes from the state of one role that of the other, in a new directory. So
// an installation moves from one machine to a cluster and back: counts, sessions and what the
// detector has learned go on, and a batch that was acknowledged before is counted once.
//
// Neither the gmewatchd whose state it is nor, for ExportForAll, any front may run; what a front
// writes after the counter has stopped is not in its state.
//
// Thread safety: free functions without state. Errors: NotFound, there is no state of that role;
// AlreadyExists, the target is there; FailedPrecondition, the state is in use or of the other role;
// otherwise those of a start. After an error the target may have parts of a state.
#ifndef GMEWATCH_DAEMON_GMECTL_STATE_EXPORT_H_
#define GMEWATCH_DAEMON_GMECTL_STATE_EXPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "daemon/gmectl/shared_log.h"

namespace gmewatch {

// From role all to role counter, which reads `topic` from its begin. Says in one line what is
// there.
absl::StatusOr<std::string> ExportForCounters(const std::string& state_dir,
                                              const SharedTopic& topic, const std::string& to);

// From role counter to role all.
absl::StatusOr<std::string> ExportForAll(const std::string& state_dir, const std::string& to);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_STATE_EXPORT_H_
