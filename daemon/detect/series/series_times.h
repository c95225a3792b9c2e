// The settings of SeriesModel in ticks, and the calendar of ticks.
//
// Thread safety: const methods may run at once.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_SERIES_TIMES_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_SERIES_TIMES_H_

#include <cstddef>
#include <cstdint>

#include "daemon/detect/series/season.h"
#include "daemon/model/detect_settings.h"

namespace gmewatch {

// How long the past counts.
struct Horizon {
  float fading_per_tick;  // of the factor's sums
  uint32_t ticks_max;     // the age at which a change point is given up
};

class SeriesTimes {
 public:
  explicit SeriesTimes(const DetectSettings& settings);

  // The number of the hour since 1970 in which the tick begins.
  int64_t HourOf(uint32_t tick) const { return static_cast<int64_t>(tick / per_hour_); }
  size_t HourOfWeek(uint32_t tick) const {
    return static_cast<size_t>(HourOf(tick) % int64_t{kHoursPerWeek});
  }
  SeasonMoment MomentOf(uint32_t tick) const;
  // The horizon of a season that is known from `hours`.
  const Horizon& HorizonOf(float hours) const;

  double tick_seconds() const { return tick_seconds_; }
  double per_hour() const { return per_hour_; }
  // A shorter rise is a burst.
  double burst() const { return burst_; }
  // A rise is over once it has been back for this long.
  double resolve() const { return resolve_; }
  // A rise that lasts this long is the new level.
  double rebaseline() const { return rebaseline_; }
  // The share to which the recent rate of a rise fades in a tick.
  float recent_fading() const { return recent_fading_; }

 private:
  double tick_seconds_;
  double per_hour_;
  double hours_per_tick_;
  double burst_;
  double resolve_;
  double rebaseline_;
  float recent_fading_;
  Horizon horizons_[3];
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_SERIES_TIMES_H_
