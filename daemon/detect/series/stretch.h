// Consecutive ticks: their events, and the base: the events that level and season predict.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_STRETCH_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_STRETCH_H_

namespace gmewatch {

struct Stretch {
  float events;
  float base;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_STRETCH_H_
