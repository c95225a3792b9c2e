// The grid of equal steps on which rows of a file stand, although their timestamps jitter.
//
// Thread safety: const methods may run at once. Units: ticks are numbered since 1970 in steps.
// Errors: INVALID_ARGUMENT, a step that cannot be found or is not from kStepMin to kStepMax.
#ifndef GMEWATCH_DAEMON_GMECTL_TICK_GRID_H_
#define GMEWATCH_DAEMON_GMECTL_TICK_GRID_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace gmewatch {

inline constexpr absl::Duration kStepMin = absl::Seconds(1);
inline constexpr absl::Duration kStepMax = absl::Hours(1);

// The step of rising timestamps: the most common difference; where they jitter too much to have
// one, the usual step (such as 10 s or 5 min) that is nearest to the middle one.
absl::StatusOr<absl::Duration> FindStep(absl::Span<const absl::Time> times);

class TickGrid {
 public:
  // Lies so that `times`, one at least, are nearest to its ticks. REQUIRES: a step from kStepMin to
  // kStepMax.
  TickGrid(absl::Duration step, absl::Span<const absl::Time> times);

  absl::Duration step() const { return step_; }
  // The nearest tick.
  int64_t TickAt(absl::Time time) const;
  absl::Time TimeOf(int64_t tick) const;

 private:
  absl::Duration step_;
  absl::Duration shift_;  // of tick 0 from 1970; up to half a step, either way
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_TICK_GRID_H_
