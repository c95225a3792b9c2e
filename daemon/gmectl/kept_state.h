// The state of a gmewatchd that does not run, as its next start would have it.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_KEPT_STATE_H_
#define GMEWATCH_DAEMON_GMECTL_KEPT_STATE_H_

#include "absl/status/statusor.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/log/event_log.h"
#include "daemon/model/checkpoint.h"

namespace gmewatch {

// Brings `aggregate`, which is new, to the last epoch of the log. Returns the checkpoint that the
// log has (empty: none), with `epoch` and the times of the last epoch. Errors: those of a start.
absl::StatusOr<Checkpoint> RecoverState(EventLog* log, Aggregate* aggregate);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_KEPT_STATE_H_
