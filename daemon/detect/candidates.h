// The moments at which a rise may have begun, so that bursts of a tick and ramps of hours are
// found by the same test: the pruning of Poisson-FOCuS (Ward, Dilillo, Eckley, Fearnhead 2022). A
// start is kept only while some future could make it the best one: the starts are the corners of
// the lower hull of events against expectation, so the rates of their stretches rise. Three
// corners are kept; where a fourth comes, those two stretches become one whose rates differ least
// for their events: by which the least likelihood is lost.
//
// Thread safety: none. `factor` times a stretch's base is what was expected of it.
#ifndef GMEWATCH_DAEMON_DETECT_CANDIDATES_H_
#define GMEWATCH_DAEMON_DETECT_CANDIDATES_H_

#include <algorithm>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "daemon/detect/series_state.h"

namespace gmewatch {

// Rates below this times the expectation are nothing to tell people of.
inline constexpr float kLeastFactor = 1.25F;

// Takes what is no longer suspect, to learn from.
using ReleaseFn = absl::FunctionRef<void(const Stretch&)>;

// Adds ticks that end with `tick`; gives back the stretches that no rise can have begun with. Those
// that began more than `ticks_max` (below 65536) ago too.
void AddStretch(const Stretch& added, uint32_t tick, float factor, uint32_t ticks_max,
                SeriesState* state, ReleaseFn release);

// The square of the relative error of an expectation: what it is at once, and what comes to it as
// long as the rhythm of the day is not known.
struct Drift {
  double now = 0;
  double growth = 0;    // for each event of base
  double base_max = 0;  // beyond it there is no more growth

  double After(double base) const { return now + growth * std::min(base, base_max); }
};

// How the counts of a series vary.
struct Spread {
  double vmr = 1;   // variance-to-mean ratio of a tick, counted in units
  double unit = 1;  // events
};

// Of all starts the one with the most evidence; 0 where there is none.
struct BestStart {
  double evidence = 0;
  double events = 0;
  double base = 0;
  uint32_t start = 0;  // the first tick
  uint8_t index = 0;
};
BestStart FindBestStart(const SeriesState& state, float factor, const Spread& spread,
                        const Drift& drift);

// At least the evidence of every start (within a tenth where a binomial's ticks are mostly hits),
// and cheaper.
double EvidenceBound(const SeriesState& state, float factor, const Spread& spread);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_CANDIDATES_H_
