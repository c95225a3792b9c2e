#include "daemon/detect/series/series_times.h"

#include <algorithm>
#include <cmath>

namespace gmewatch {
namespace {

// A burst is over before anybody can look at it: an alarm takes ticks of this time, or three.
constexpr double kBurstSeconds = 30;
constexpr double kBurstTicks = 3;

// A rise that falls back is over after this many ticks at the earliest.
constexpr double kResolveTicksMin = 6;

// Half-life of the observed rate that is shown of a rise.
constexpr double kRecentHours = 1.0 / 6;

// For a season that is known from less than a day, less than a week, and a week. The better it is
// known, the slower the factor can be, and the longer a ramp that can be found beside the season.
constexpr double kHalfLifeHours[] = {0.5, 1.5, 3};  // of the factor's sums
constexpr double kLongestHours[] = {1, 3, 8};       // the highest age of a change point

}  // namespace

SeriesTimes::SeriesTimes(const DetectSettings& settings)
    : tick_seconds_(absl::ToDoubleSeconds(settings.tick)),
      per_hour_(3600 / tick_seconds_),
      hours_per_tick_(tick_seconds_ / 3600),
      burst_(std::min(kBurstTicks, kBurstSeconds / tick_seconds_)),
      resolve_(std::max(kResolveTicksMin,
                        absl::ToDoubleSeconds(settings.resolve_after) / tick_seconds_)),
      rebaseline_(std::max(2.0, absl::ToDoubleSeconds(settings.rebaseline_after) / tick_seconds_)),
      recent_fading_(static_cast<float>(std::exp2(-1 / (kRecentHours * per_hour_)))) {
  for (size_t i = 0; i < 3; ++i) {
    horizons_[i] = {static_cast<float>(std::exp2(-1 / (kHalfLifeHours[i] * per_hour_))),
                    static_cast<uint32_t>(std::clamp(kLongestHours[i] * per_hour_, 8.0, 60'000.0))};
  }
}

SeasonMoment SeriesTimes::MomentOf(uint32_t tick) const {
  return SeasonMomentAt((tick + 0.5) * hours_per_tick_);
}

const Horizon& SeriesTimes::HorizonOf(float hours) const {
  if (hours < 24) return horizons_[0];
  return horizons_[hours < kHoursPerWeek ? 1 : 2];
}

}  // namespace gmewatch
