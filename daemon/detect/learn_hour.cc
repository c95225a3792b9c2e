// The half of SeriesModel that learns from an hour: level, season, and how far off it was.
#include <algorithm>
#include <cmath>
#include <utility>

#include "daemon/detect/series_model.h"

namespace gmewatch {
namespace {

// A week's half-life of the level, and the least it can be: an event in some thousand years.
constexpr double kLevelHoursMax = 242;
constexpr float kLevelLeast = 1e-10F;

// Of an hour, what must have been watched to learn from it.
constexpr double kLeastOfHour = 0.5;

// Four weeks' half-life of how often it rises.
constexpr float kRisesKeptPerHour = 0.99897F;

// Hours that teach how well an hour is foretold, and those that the first guess counts for.
constexpr double kDriftHoursMax = 72;
constexpr double kDriftPriorHours = 6;
constexpr double kDriftLeast = 1e-4;
constexpr double kDriftMost = 1;

// Events in an hour from which on a series has a rhythm of its own.
constexpr double kSeasonEvents = 4;

// Events (times the variance-to-mean ratio) that what was known of an hour counts for, and how much
// of what is new is taken up after the first week.
constexpr double kSeasonPriorEvents = 30;
constexpr double kSeasonGain = 0.3;

// The running mean of how far an hour was off, beyond chance.
void LearnDrift(double events, double expected, SeriesState* state) {
  const double chance = state->vmr / expected;
  const double off = (events - expected) / expected;
  // A single hour says little where few events were expected.
  const double weight = std::pow(1 + chance / state->drift, -2);
  const double usual = 9 * (state->drift + chance);
  const double drift = std::min(off * off, usual) - chance;
  const double hours = std::min<double>(state->level_hours, kDriftHoursMax);
  const double moved =
      state->drift + weight * (drift - state->drift) / (kDriftPriorHours + hours * weight);
  state->drift = static_cast<float>(std::clamp(moved, kDriftLeast, kDriftMost));
}

// `ratio` is what came to what level and season said.
void LearnLevel(double ratio, double hours, bool has_season, SeriesState* state) {
  const double known = std::min<double>(state->level_hours, kLevelHoursMax);
  // Until a season has seen a week, the level is what it is measured against, so it stays.
  if (!has_season || state->season_hours == kHoursPerWeek) {
    const double moved = 1 + hours / (known + hours) * (ratio - 1);
    state->level = std::max(state->level * static_cast<float>(moved), kLevelLeast);
  }
  state->level_hours = static_cast<float>(std::min(known + hours, kLevelHoursMax));
}

}  // namespace

void SeriesModel::LearnSeason(size_t hour, double events, double hours, Season* own,
                              SeriesState* state) const {
  const double flat = state->level * ticks_per_hour_ * hours;
  const double prior = kSeasonPriorEvents * state->vmr;
  const double factor = (events + prior * own->OfHour(hour)) / (flat + prior);
  const bool first_week = state->season_hours < kHoursPerWeek;
  own->Learn(hour, factor, first_week ? 1 : kSeasonGain);
  if (first_week) own->CopyAhead(hour, 6U - state->season_hours / 24U);
}

bool SeriesModel::EndHour(uint32_t tick, Season* own, const Season* above,
                          SeriesState* state) const {
  if (tick > state->tick) Advance({.tick = tick}, own, above, state);
  const double events = std::exchange(state->hour_events, 0.0F);
  const double expected = std::exchange(state->hour_expected, 0.0F);
  state->rises *= kRisesKeptPerHour;
  bool wants_season = false;
  if (state->phase == SeriesPhase::kQuiet && expected > 0) {
    const auto hour = static_cast<size_t>(HourOf(tick) % int64_t{kHoursPerWeek});
    const Season* season = own != nullptr ? own : above;
    const double base = expected / FactorOf(*state);
    const double at_level = base / (season == nullptr ? 1 : season->OfHour(hour));
    // Of the hour, how much was watched.
    const double hours = at_level / (state->level * ticks_per_hour_);
    LearnLevel(events / base, hours, own != nullptr, state);
    if (hours >= kLeastOfHour) {
      LearnDrift(events, expected, state);
      if (own != nullptr) LearnSeason(hour, events, hours, own, state);
      wants_season = own == nullptr && expected >= kSeasonEvents * hours;
    }
  }
  if (own != nullptr && state->season_hours < kHoursPerWeek) ++state->season_hours;
  return wants_season;
}

}  // namespace gmewatch
