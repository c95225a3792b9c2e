// The factor by which the last hours differ from level x season: the ratio of fading sums of events
// and of their base, drawn towards 1 by a prior of vmr / drift events. The better level and season
// predict an hour, the more events it takes to move the factor.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_RECENT_FACTOR_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_RECENT_FACTOR_H_

#include "daemon/detect/series/stretch.h"

namespace gmewatch {

class RecentFactor {
 public:
  // `prior`: in events, here and below.
  double Of(double prior) const { return (events_ + prior) / (base_ + prior); }
  // The squared relative error of level x factor. `of_level`: that of the level, most of which the
  // factor corrects once it has been learned from more events.
  double Error(double of_level, double prior, double vmr) const;

  // Lets the sums fade to the share `kept`, and adds.
  void Learn(const Stretch& stretch, float kept) {
    events_ = events_ * kept + stretch.events;
    base_ = base_ * kept + stretch.base;
  }
  // The base of the past is `ratio` times what it was.
  void ScaleBase(float ratio) { base_ *= ratio; }
  // Resets the factor to 1.
  void Reset() { *this = RecentFactor(); }

  bool IsSound() const;

 private:
  friend class SeriesRecord;

  float events_ = 0;
  float base_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_RECENT_FACTOR_H_
