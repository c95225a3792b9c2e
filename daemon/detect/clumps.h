// Sparse counts that come in clumps: a client that fails reports several events at once.
//
// The size of a clump says next to nothing about how often clumps come. So each tick with events
// counts as one clump of the mean size, which keeps the mean and removes most of the variance. Of
// the events beyond a plausible clump a part is counted too, so that a large burst is not missed.
//
// Thread safety: const arguments may be shared; a state is changed by one thread.
#ifndef GMEWATCH_DAEMON_DETECT_CLUMPS_H_
#define GMEWATCH_DAEMON_DETECT_CLUMPS_H_

#include "daemon/detect/change_points.h"
#include "daemon/detect/series_state.h"

namespace gmewatch {

// Prior variance-to-mean ratio; also its lower bound for sparse series with few known events,
// whose clumps may be too rare to have shown yet.
inline constexpr float kVmrPrior = 1.5F;

// Prior mean size of a clump, in events: that of the logarithmic distribution, whose compound
// Poisson sums are negative binomial with this variance-to-mean ratio.
float ClumpOfVariance(float vmr);

// Returns whether the series is sparse and has been known for a week, so that clumps are counted.
bool ShouldCountClumps(const SeriesState& state);

// Returns the dispersion of a tick with `expected` events. REQUIRES: expected > 0.
Dispersion DispersionOf(const SeriesState& state, double expected, double ticks_per_hour);

// Returns what the `events` of a tick are counted as.
double CountedEvents(const SeriesState& state, const Dispersion& dispersion, double events);

// Updates the mean size of a clump from a tick that has events. Does nothing if ticks often have
// several clumps.
void LearnClump(double expected, double events, double ticks_per_hour, SeriesState* state);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_CLUMPS_H_
