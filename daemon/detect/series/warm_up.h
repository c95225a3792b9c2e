// The first ticks of a series, until it can be judged.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_WARM_UP_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_WARM_UP_H_

#include <algorithm>

#include "daemon/detect/series/dispersion.h"
#include "daemon/detect/series/levels.h"

namespace gmewatch {

class WarmUp {
 public:
  // Ticks that are watched before a series is judged.
  static constexpr double kTicks = 12;

  WarmUp() = default;
  // The series has had `ticks` without events.
  explicit WarmUp(float ticks) : exposure_(ticks), ticks_(ticks) {}

  // `exposure`: summed over `ticks`, of which the last ones, `counted_together`, had the events.
  void Count(float events, float exposure, float ticks, float counted_together) {
    events_ += events;
    exposure_ += exposure;
    squares_ += events * events / counted_together;
    ticks_ += ticks;
  }
  bool IsOver() const { return ticks_ >= kTicks && exposure_ > 0; }

  // Events a tick at an exposure of 1.
  float mean() const { return events_ / std::max(1.0F, exposure_); }
  Levels LevelsOf(double ticks_per_hour) const {
    return Levels::OfFirstTicks(events_, exposure_, ticks_, ticks_ / ticks_per_hour);
  }
  Dispersion DispersionOf() const {
    return events_ > 0 ? Dispersion::OfFirstTicks(events_, squares_, ticks_) : Dispersion();
  }

  bool IsSound() const;

 private:
  friend class SeriesRecord;

  float events_ = 0;
  float exposure_ = 0;
  float squares_ = 0;  // sum of the squared counts of a tick
  float ticks_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_WARM_UP_H_
