// The drift of a series: the squared relative error of an hour's expectation, less what chance
// explains. And how the error of an expectation grows with the length of a stretch.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_DRIFT_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_DRIFT_H_

#include <algorithm>

namespace gmewatch {

// The squared relative error of an expectation. It grows with the length of a stretch as long as
// the season is not known.
struct ExpectationError {
  double now = 0;       // of the next tick
  double growth = 0;    // for each event of base
  double base_max = 0;  // beyond this base it grows no more

  double After(double base) const { return now + growth * std::min(base, base_max); }
};

class Drift {
 public:
  float squared() const { return squared_; }

  // Takes an hour in which no rise can have begun. `known_hours`: that the level was learned from.
  void Learn(double events, double expected, double vmr, double known_hours);

  // The error of an expectation whose level and factor have the error `of_level`. `hour`: events of
  // an hour. `rhythm_is_known`: whether level and season are trusted; a rhythm that was never seen
  // to repeat may not repeat.
  ExpectationError Error(double of_level, double hour, bool rhythm_is_known) const;

  bool IsSound() const;

 private:
  friend class SeriesRecord;

  static constexpr float kPrior = 0.02F;

  float squared_ = kPrior;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_DRIFT_H_
