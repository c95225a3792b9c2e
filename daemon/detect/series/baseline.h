// What a series' state expects: the season, the factor of the last hours, and how wrong an
// expectation may be. Pure functions of the state.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_BASELINE_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_BASELINE_H_

#include <cstdint>

#include "daemon/detect/series/series_state.h"
#include "daemon/detect/series/series_times.h"

namespace gmewatch {

// The factor by which the last hours differ from level x season. Once the level is trusted, it has
// a lower limit, so that the end of an outage during which clients could not report is no rise.
double FactorOf(const SeriesState& state);

// Returns the season of a tick: that of `own`, else that of `above`, else 1.
float SeasonAt(uint32_t tick, const SeriesTimes& times, const Season* own, const Season* above,
               SeriesPhase phase);

// Hours that the season is known from: those of its own Season, or those of the level if it has
// none.
float KnownHours(const SeriesState& state);

ExpectationError ErrorOf(const SeriesState& state, double ticks_per_hour);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_BASELINE_H_
