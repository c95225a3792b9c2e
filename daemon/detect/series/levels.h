// The level of a series: events a tick at a season and an exposure of 1, learned over weeks. Beside
// it the level before a rise that became the level: a rate that returns to it is no rise.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_LEVELS_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_LEVELS_H_

#include "daemon/detect/series/short_float.h"
#include "daemon/detect/series/stretch.h"

namespace gmewatch {

class Levels {
 public:
  // How the season tells the hours apart, which decides how long the level is remembered.
  enum class Season { kNone, kFirstWeek, kKnown };

  Levels() = default;
  Levels(double level, double hours);
  // Learns from the first ticks of a series. `exposure`: summed over them.
  static Levels OfFirstTicks(float events, float exposure, float ticks, double hours);
  // The level of a series that had no event in `ticks`.
  static Levels OfSilence(double ticks, double hours);

  float level() const { return level_; }
  // That the level was learned from.
  float hours() const { return hours_; }
  // 0: none.
  float other() const { return other_; }
  bool IsTrusted() const;
  // Whether a whole day has shown it.
  bool KnowsADay() const;
  // The squared relative error of the level itself: 1 / (events it was learned from / vmr), as
  // events that come together say less. `hour`: events of an hour.
  double Error(double hour, double vmr) const;

  // Learns from `hours` hours with `ratio` times the events that were predicted. Returns by how
  // much the level changed. During the first week of a season it does not: the hours are measured
  // against it.
  float Learn(double ratio, double hours, Season season);
  // An exposure of 1 has `ratio` times the events from now on.
  void Scale(double ratio);
  // What an exposure of 1 means changed.
  void Set(double level);
  // The rate of a rise, `factor` times the level, becomes the level; the level is kept beside it.
  void Rebase(double factor);

  // Whether a rise may be a return to a higher other level: nothing proves, by `threshold` nats,
  // that it is higher still.
  bool IsReturn(const Stretch& rise, double vmr, double threshold) const;
  // Takes the events of a tick. Returns whether the rate is back at a lower other level.
  bool IsBack(double events, double base, double vmr, double threshold);
  // Forgets what suggests a return.
  void ForgetReturn() { back_llr_ = 0; }
  // Returns to the other level.
  void Swap();

  bool IsSound() const;

 private:
  friend class SeriesRecord;

  float level_ = 0;
  ShortFloat hours_;
  ShortFloat other_;
  ShortFloat back_llr_;  // log-likelihood ratio, in nats, of "it is back at the lower other level"
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_LEVELS_H_
