#include "daemon/detect/series/hour_learner.h"

#include <algorithm>

#include "daemon/detect/series/baseline.h"

namespace gmewatch {
namespace {

// An hour is learned as at least this share of its expectation, so that an outage during which
// clients cannot report does not lower the baseline.
constexpr double kFloor = 0.7;
// A rise older than this is taken for a new level and not learned as part of the season.
constexpr double kRhythmHours = 3;
// The part of an hour that must have been watched to learn its season and drift.
constexpr double kMinWatched = 0.5;
// A series gets a season of its own once its level is known from a day and an hour is expected to
// have this many events.
constexpr double kSeasonEvents = 4;

}  // namespace

bool HourLearner::EndHour(uint32_t tick) {
  const double hours = state_.hour.ticks() / times_.per_hour();
  const double expected = state_.hour.expected();
  if (hours > 0) Learn(tick, hours);
  state_.hour.Clear();
  AgeSeason();
  return own_ == nullptr && hours > 0 && state_.levels.KnowsADay() &&
         expected >= kSeasonEvents * hours;
}

void HourLearner::Learn(uint32_t tick, double hours) {
  const HourTally& tally = state_.hour;
  const double expected = tally.expected();
  const double base = expected / FactorOf(state_);
  if (base <= 0) return;
  const double floor = state_.levels.KnowsADay() ? kFloor * expected : 0;
  const FinishedHour hour = {.of_week = times_.HourOfWeek(tick),
                             .events = std::max<double>(tally.events(), floor),
                             .base = base,
                             .expected = expected,
                             .rose = tally.rose() || state_.suspect};
  if (!hour.rose) LearnLevel(hour, hours);
  if (!hour.rose && hours >= kMinWatched) {
    state_.drift.Learn(hour.events, expected, state_.dispersion.vmr(), state_.levels.hours());
  }
  // A long rise is a new level rather than part of the season.
  const bool lasts = Rises(state_) && tick - state_.rise.start() > kRhythmHours * times_.per_hour();
  if (own_ != nullptr && !lasts) LearnSeason(hour, hours);
}

void HourLearner::LearnLevel(const FinishedHour& hour, double hours) {
  Levels::Season season = Levels::Season::kNone;
  if (own_ != nullptr) {
    season =
        state_.season_hours < kHoursPerWeek ? Levels::Season::kFirstWeek : Levels::Season::kKnown;
  }
  ScaleBase(state_.levels.Learn(hour.events / hour.base, hours, season));
}

void HourLearner::LearnSeason(const FinishedHour& hour, double hours) {
  SeasonLearner learner(own_, state_.dispersion.vmr());
  if (hours < kMinWatched) {
    learner.Skip(hour.of_week, state_.season_hours, FactorOf(state_));
  } else {
    ScaleBase(learner.Learn(hour, state_.season_hours));
  }
}

void HourLearner::AgeSeason() {
  if (own_ == nullptr || state_.season_hours == UINT8_MAX) return;
  ++state_.season_hours;
  if (state_.season_hours != kHoursPerWeek) return;
  // So far an hour was predicted by the day before; from now on by the week before.
  SeasonLearner(own_, state_.dispersion.vmr())
      .EndFirstWeek(state_.levels.level() * times_.per_hour());
  state_.recent.Reset();
}

void HourLearner::ScaleBase(float ratio) {
  if (ratio == 1) return;
  state_.recent.ScaleBase(ratio);
  if (state_.phase == SeriesPhase::kQuiet) state_.change_points.ScaleBase(ratio);
}

}  // namespace gmewatch
