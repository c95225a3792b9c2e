// Detects spikes in a single series of counts, for gmectl replay and the evaluation.
//
// Thread safety: none. Ticks are numbered since 1970 in units of settings.tick. A tick that is left
// out has no data, which differs from having no events.
#ifndef GMEWATCH_DAEMON_DETECT_STANDALONE_DETECTOR_H_
#define GMEWATCH_DAEMON_DETECT_STANDALONE_DETECTOR_H_

#include <cstdint>
#include <optional>

#include "daemon/detect/season.h"
#include "daemon/detect/series_model.h"
#include "daemon/detect/series_state.h"
#include "daemon/model/detect_settings.h"

namespace gmewatch {

// The detector's result for a tick.
struct Observation {
  double expected = 0;  // events, as predicted before the tick
  double score = 0;     // an alarm begins at 1
  bool active = false;
  int64_t since = 0;  // the first tick of the rise, if active
};

class StandaloneDetector {
 public:
  // `series`: how many series share the budget of false alarms, this one included.
  StandaloneDetector(const DetectSettings& settings, double series);

  // REQUIRES: 0 <= tick < 2^32; ticks increase from call to call.
  Observation Observe(int64_t tick, uint64_t count);

 private:
  const SeriesModel model_;
  std::optional<SeriesState> state_;
  std::optional<Season> season_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_STANDALONE_DETECTOR_H_
