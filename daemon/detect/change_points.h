// The ticks at which a rise may have begun, so that one test finds bursts of a tick and ramps of
// hours: Poisson-FOCuS with pruning (Ward, Dilillo, Eckley, Fearnhead 2022).
//
// A change point is kept only while some future could make it the best one. Those are the corners
// of the lower convex hull of events over base, so the rates of consecutive stretches increase. At
// most kChangePointsMax corners are kept. Before a fourth is added, the two neighbouring stretches
// are merged that lose the least likelihood.
//
// Thread safety: none. A stretch's expected events are its base times `factor`.
#ifndef GMEWATCH_DAEMON_DETECT_CHANGE_POINTS_H_
#define GMEWATCH_DAEMON_DETECT_CHANGE_POINTS_H_

#include <algorithm>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "daemon/detect/series_state.h"

namespace gmewatch {

// Rates wander by 30 %, so a rise is measured against this times the expected rate: what stays
// below it is no rise.
inline constexpr float kMinFactor = 1.35F;

// Takes a stretch that belongs to the past now, to learn from it.
using ReleaseFn = absl::FunctionRef<void(const Stretch&)>;

// Adds ticks that end with `tick`. Releases the stretches with which no rise can have begun, and
// those that began more than `ticks_max` ticks ago. REQUIRES: ticks_max < 65536.
void AddStretch(const Stretch& added, uint32_t tick, float factor, uint32_t ticks_max,
                SeriesState* state, ReleaseFn release);

// The squared relative error of an expectation. It grows with the length of a stretch as long as
// the season is not known.
struct Drift {
  double now = 0;       // of the next tick
  double growth = 0;    // for each event of base
  double base_max = 0;  // beyond this base it grows no more

  double After(double base) const { return now + growth * std::min(base, base_max); }
};

// How much the counts of single ticks vary.
struct Dispersion {
  double vmr = 1;   // variance-to-mean ratio of a tick, counted in units
  double unit = 1;  // events
};

// The change point with the highest log-likelihood ratio; `llr` is 0 without any.
struct BestChangePoint {
  double llr = 0;      // in nats
  double events = 0;   // since it
  double base = 0;     // since it
  uint32_t start = 0;  // its tick
  uint8_t index = 0;
};
BestChangePoint FindBestChangePoint(const SeriesState& state, float factor,
                                    const Dispersion& dispersion, const Drift& drift);

// An upper bound of the log-likelihood ratios of all change points, cheaper than
// FindBestChangePoint. With a binomial most of whose ticks have events it may be a tenth too low.
double LlrBound(const SeriesState& state, float factor, const Dispersion& dispersion);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_CHANGE_POINTS_H_
