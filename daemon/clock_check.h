// What a start says about its clock.
#ifndef GMEWATCH_DAEMON_CLOCK_CHECK_H_
#define GMEWATCH_DAEMON_CLOCK_CHECK_H_

#include "absl/time/time.h"

namespace gmewatch {

// Logs a warning if the clock says that it is more than ten minutes before what the event log has,
// or more than a day after it. `newest_epoch` and `checkpoint` are the times of those; a log
// without a checkpoint has absl::InfinitePast(). Nothing else follows from it: sessions expire by
// Epoch::steady_ms, and the history of counts and the detector see that time went back.
void WarnIfClockIsOdd(absl::Time now, absl::Time newest_epoch, absl::Time checkpoint);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CLOCK_CHECK_H_
