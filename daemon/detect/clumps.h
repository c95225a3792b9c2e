// Sparse counts that come in clumps, as where a client that fails reports several events at once:
// how many events a clump has says next to nothing about how often clumps come. So each tick that
// has events is counted as a clump of the usual size, which keeps the mean and takes most of the
// variance away; of what is beyond all usual clumps a part counts too, or a burst would be missed.
//
// Thread safety: none of the state's own.
#ifndef GMEWATCH_DAEMON_DETECT_CLUMPS_H_
#define GMEWATCH_DAEMON_DETECT_CLUMPS_H_

#include "daemon/detect/candidates.h"
#include "daemon/detect/series_state.h"

namespace gmewatch {

// The variance-to-mean ratio of a series that has not taught better, and the least that is taken
// for a sparse one's of which few events are known: clumps may be too seldom to have shown yet.
inline constexpr float kVmrAtFirst = 1.5F;

// The size of a clump, in events, where no clump has taught it: that of the logarithmic
// distribution, which makes clumps negative binomial counts.
float ClumpOfVariance(float vmr);

// Whether clumps are to be counted: the series is so sparse, and known for a week.
bool ShouldCountClumps(const SeriesState& state);

// How the counts of a tick vary in which `expected` events were expected. REQUIRES: expected > 0.
Spread SpreadOf(const SeriesState& state, double expected, double ticks_per_hour);

// What the events of a tick with this spread count for.
double CountedEvents(const SeriesState& state, const Spread& spread, double events);

// Learns how large clumps are from a tick that has events, of which `expected` were expected.
// Nothing where a tick has several clumps.
void LearnClump(double expected, double events, double ticks_per_hour, SeriesState* state);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_CLUMPS_H_
