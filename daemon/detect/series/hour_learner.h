// Learns from the hours of a series: level, season and drift.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_HOUR_LEARNER_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_HOUR_LEARNER_H_

#include <cstdint>

#include "daemon/detect/series/season_learner.h"
#include "daemon/detect/series/series_state.h"
#include "daemon/detect/series/series_times.h"

namespace gmewatch {

class HourLearner {
 public:
  // `own`: the Season of the series, or null.
  HourLearner(const SeriesTimes& times, Season* own, SeriesState* state)
      : times_(times), own_(own), state_(*state) {}

  // Learns from the hour that ends with `tick`, and begins the next one. Returns true if the series
  // has no Season but counts enough for one.
  bool EndHour(uint32_t tick);

 private:
  // `hours`: the part of the hour that was watched, here and below.
  void Learn(uint32_t tick, double hours);
  void LearnLevel(const FinishedHour& hour, double hours);
  void LearnSeason(const FinishedHour& hour, double hours);
  void AgeSeason();
  void ScaleBase(float ratio);

  const SeriesTimes& times_;
  Season* const own_;
  SeriesState& state_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_HOUR_LEARNER_H_
