#include "daemon/detect/series/baseline.h"

#include <algorithm>

namespace gmewatch {
namespace {

// The lowest factor of a series whose level is trusted.
constexpr double kFactorFloor = 1;

// Hours until a Season is trusted.
constexpr uint8_t kSeasonTrustHours = 200;

// The weight, in events, of a factor of 1.
double PriorOf(const SeriesState& state) {
  return static_cast<double>(state.dispersion.vmr()) / state.drift.squared();
}

}  // namespace

double FactorOf(const SeriesState& state) {
  const double factor = state.recent.Of(PriorOf(state));
  return state.levels.IsTrusted() ? std::max(factor, kFactorFloor) : factor;
}

float SeasonAt(uint32_t tick, const SeriesTimes& times, const Season* own, const Season* above,
               SeriesPhase phase) {
  const Season* season = own != nullptr ? own : above;
  if (season == nullptr) return 1;
  // While a rise lasts, an hour before may have been learned from it: the hours are not
  // interpolated.
  if (phase > SeriesPhase::kQuiet) return season->OfHour(times.HourOfWeek(tick));
  return season->At(times.MomentOf(tick));
}

float KnownHours(const SeriesState& state) {
  return state.season == kNoSeason ? state.levels.hours() : static_cast<float>(state.season_hours);
}

ExpectationError ErrorOf(const SeriesState& state, double ticks_per_hour) {
  const double hour = state.levels.level() * ticks_per_hour;  // events
  const float vmr = state.dispersion.vmr();
  const double of_level = state.recent.Error(state.levels.Error(hour, vmr), PriorOf(state), vmr);
  const bool rhythm_is_known = state.season == kNoSeason ? state.levels.IsTrusted()
                                                         : state.season_hours >= kSeasonTrustHours;
  return state.drift.Error(of_level, hour, rhythm_is_known);
}

}  // namespace gmewatch
