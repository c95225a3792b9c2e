// Learns a Season from finished hours. In the first week an hour is predicted by the day before and
// its neighbours; after that by the hour a week ago and by the profile of the week.
//
// Thread safety: none. Weights of what is known before an hour are in events x vmr.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_SEASON_LEARNER_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_SEASON_LEARNER_H_

#include <cstddef>
#include <cstdint>

#include "daemon/detect/series/season.h"

namespace gmewatch {

// A finished hour.
struct FinishedHour {
  size_t of_week = 0;
  double events = 0;
  double base = 0;      // level x season
  double expected = 0;  // base x factor
  bool rose = false;    // part of it was a rise, or is suspected to be one
};

class SeasonLearner {
 public:
  // `vmr`: of the series.
  SeasonLearner(Season* season, float vmr) : season_(season), vmr_(vmr) {}

  // `hours`: since the series has the Season. Returns by how much the base of the hours to come
  // changed.
  float Learn(const FinishedHour& hour, uint8_t hours);
  // The hour was not watched; the best estimate is the day before times `factor`.
  void Skip(size_t hour_of_week, uint8_t hours, double factor);
  // The first week is over. `hour`: events of an hour at a season of 1.
  void EndFirstWeek(double hour);

 private:
  float LearnFirstWeek(const FinishedHour& hour, double events, uint8_t hours);

  Season* season_;
  float vmr_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_SEASON_LEARNER_H_
