// The half of SeriesModel that learns from an hour: level, season, and how far off it was.
#include <algorithm>
#include <cmath>

#include "daemon/detect/series_model.h"

namespace gmewatch {
namespace {

// A week's half-life of the level.
constexpr double kLevelHoursMax = 242;

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

}  // namespace

void SeriesModel::LearnSeason(size_t hour, double events, Season* own, SeriesState* state) const {
  const double flat = state->level * ticks_per_hour_;
  const double prior = kSeasonPriorEvents * state->vmr;
  const double factor = (events + prior * own->OfHour(hour)) / (flat + prior);
  const bool first_week = state->season_hours < kHoursPerWeek;
  own->Learn(hour, factor, first_week ? 1 : kSeasonGain);
  if (!first_week) return;
  own->CopyAhead(hour, 6U - state->season_hours / 24U);
  ++state->season_hours;
}

bool SeriesModel::EndHour(uint32_t tick, Season* own, const Season* above,
                          SeriesState* state) const {
  if (tick > state->tick) Advance({.tick = tick}, own, above, state);
  const double events = state->hour_events;
  const double expected = std::abs(state->hour_expected);
  const bool whole = state->hour_expected > 0 && state->phase == SeriesPhase::kQuiet;
  state->hour_events = 0;
  state->hour_expected = 0;
  state->rises *= kRisesKeptPerHour;
  if (state->phase != SeriesPhase::kQuiet) state->hour_expected = -1e-30F;
  if (state->phase != SeriesPhase::kQuiet || expected < 1e-20) return false;

  const int64_t hour = HourOf(tick);
  const auto of_week = static_cast<size_t>(hour % static_cast<int64_t>(kHoursPerWeek));
  const Season* season = own != nullptr ? own : above;
  const double base = expected / FactorOf(*state);
  const double at_level = base / (season == nullptr ? 1 : season->OfHour(of_week));
  const double hours = at_level / (state->level * ticks_per_hour_);
  const double known = std::min<double>(state->level_hours, kLevelHoursMax);
  // Until a season has seen a week, the level is what it is measured against, so it stays.
  if (own == nullptr || state->season_hours == kHoursPerWeek) {
    const double moved = 1 + hours / (known + hours) * (events / base - 1);
    state->level *= static_cast<float>(moved);
  }
  state->level_hours = static_cast<float>(std::min(known + hours, kLevelHoursMax));
  if (!whole) return false;
  LearnDrift(events, expected, state);
  if (own != nullptr) LearnSeason(of_week, events, own, state);
  return own == nullptr && expected >= kSeasonEvents;
}

}  // namespace gmewatch
