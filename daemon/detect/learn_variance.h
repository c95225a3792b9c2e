// Learns the variance-to-mean ratio of a series (SeriesState::vmr) from single ticks.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_DETECT_LEARN_VARIANCE_H_
#define GMEWATCH_DAEMON_DETECT_LEARN_VARIANCE_H_

#include "daemon/detect/series_state.h"

namespace gmewatch {

// A tick, and the ticks without events before it.
struct WatchedTick {
  double events = 0;
  double expected = 0;  // > 0
  double silent_expected = 0;
  double silent_ticks = 0;
};

// REQUIRES: the series is quiet.
void LearnVariance(const WatchedTick& tick, double ticks_per_hour, SeriesState* state);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_LEARN_VARIANCE_H_
