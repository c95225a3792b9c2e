// Assigns the rows of a file to ticks of equal length, although their timestamps jitter.
//
// Thread safety: const methods may run concurrently. Units: a tick is the number of steps since
// 1970. Errors: INVALID_ARGUMENT, the step cannot be found or is not from kStepMin to kStepMax.
#ifndef GMEWATCH_DAEMON_GMECTL_TICK_GRID_H_
#define GMEWATCH_DAEMON_GMECTL_TICK_GRID_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace gmewatch {

inline constexpr absl::Duration kStepMin = absl::Seconds(1);
inline constexpr absl::Duration kStepMax = absl::Hours(1);

// The step of increasing timestamps: their most common difference; if they jitter too much to have
// one, the round step (such as 10 s or 5 min) nearest to the median difference.
absl::StatusOr<absl::Duration> FindStep(absl::Span<const absl::Time> times);

class TickGrid {
 public:
  // Shifts the ticks so that they are nearest to `times`. REQUIRES: `times` is not empty; `step` is
  // from kStepMin to kStepMax.
  TickGrid(absl::Duration step, absl::Span<const absl::Time> times);

  absl::Duration step() const { return step_; }
  // The tick nearest to `time`.
  int64_t TickAt(absl::Time time) const;
  absl::Time TimeOf(int64_t tick) const;

 private:
  absl::Duration step_;
  absl::Duration shift_;  // of tick 0 from 1970; up to half a step in either direction
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_TICK_GRID_H_
