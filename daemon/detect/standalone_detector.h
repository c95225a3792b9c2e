// The detector of a single series of counts, on its own: what gmectl replay and the evaluation run.
//
// Thread safety: none. Ticks are numbered since 1970 in units of settings.tick; a number that is
// left out has no data, which is not the same as no events.
#ifndef GMEWATCH_DAEMON_DETECT_STANDALONE_DETECTOR_H_
#define GMEWATCH_DAEMON_DETECT_STANDALONE_DETECTOR_H_

#include <cstdint>
#include <optional>

#include "daemon/detect/season.h"
#include "daemon/detect/series_model.h"
#include "daemon/detect/series_state.h"
#include "daemon/detect/settings.h"

namespace gmewatch {

// What the detector thinks of a tick.
struct Observation {
  double expected = 0;  // events in this tick, before it was seen
  double score = 0;     // evidence for a rise; an alarm begins at 1
  bool active = false;
  int64_t since = 0;  // the tick at which the rise began; of an active one
};

class StandaloneDetector {
 public:
  // `series` share the budget of false alarms: 1 where this is the only one.
  StandaloneDetector(const DetectSettings& settings, double series);

  // REQUIRES: ticks rise from call to call; from 0 to 4,294,967,295.
  Observation Observe(int64_t tick, uint64_t count);

 private:
  const SeriesModel model_;
  std::optional<SeriesState> state_;
  std::optional<Season> season_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_STANDALONE_DETECTOR_H_
