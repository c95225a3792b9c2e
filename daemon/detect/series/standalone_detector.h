// Detects spikes in a single series of counts, for gmectl replay and the evaluation. If the
// successes of the same operations are known, counts are measured against them (traffic.h).
//
// Thread safety: none. Ticks are numbered since 1970 in units of settings.tick. A tick that is left
// out has no data, which differs from having no events.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_STANDALONE_DETECTOR_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_STANDALONE_DETECTOR_H_

#include <cstdint>
#include <optional>

#include "daemon/detect/series/recurrence.h"
#include "daemon/detect/series/season.h"
#include "daemon/detect/series/series_model.h"
#include "daemon/detect/series/series_state.h"
#include "daemon/detect/series/traffic.h"
#include "daemon/model/detect_settings.h"

namespace gmewatch {

// The detector's result for a tick.
struct Observation {
  // Events, as predicted before the tick; with successes, for as many operations as it had.
  double expected = 0;
  double score = 0;  // an alarm begins at 1
  bool active = false;
  int64_t since = 0;  // the first tick of the rise, if active
};

class StandaloneDetector {
 public:
  // `series`: how many series share the budget of false alarms, this one included.
  StandaloneDetector(const DetectSettings& settings, double series);

  // `successes`: of the tick; nothing if they are not known. A tick without them has as many
  // operations as those before it; after an hour without them, counts are watched alone.
  // REQUIRES: 0 <= tick < 2^32; ticks increase from call to call.
  Observation Observe(int64_t tick, uint64_t count,
                      std::optional<uint64_t> successes = std::nullopt);

 private:
  // Ends the hour of the last tick.
  void EndHour();
  void CountTraffic(uint32_t tick, uint64_t count, std::optional<uint64_t> successes);
  void Flatten() { model_.Flatten(own(), nullptr, &*state_); }
  Season* own() { return season_.has_value() ? &*season_ : nullptr; }

  // Keeps the rises that are over. Returns whether one that is active comes back at its hour.
  bool IsExpected(uint32_t tick);

  const SeriesModel model_;
  Recurrence recurrence_;
  std::optional<PastRise> rise_;  // that has not ended
  Traffic traffic_;               // one row
  std::optional<SeriesState> state_;
  std::optional<Season> season_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_STANDALONE_DETECTOR_H_
