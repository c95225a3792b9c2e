// The half of SeriesModel that learns from an hour: level, season, and how far off it was.
#include <algorithm>
#include <cmath>
#include <utility>

#include "daemon/detect/clumps.h"
#include "daemon/detect/series_model.h"

namespace gmewatch {
namespace {

// The level's memory: a week's half-life, or a third of that where a rhythm of its own has told the
// hours of the week apart. And the least it can be: an event in some thousand years.
constexpr double kLevelHoursMax = 242;
constexpr double kLevelHoursOfSeason = 80;
constexpr float kLevelLeast = 1e-10F;

// Of what was expected of an hour, what is learned at least.
constexpr double kLeastShare = 0.7;
// Less than this share of so many events (times the variance-to-mean ratio) is silence, and how far
// the factor falls in some eight hours of it.
constexpr double kSilentShare = 0.1;
constexpr double kSilentEvents = 20;
constexpr double kSilentFactor = 0.16;
// And at most, where it rose: what rises every week in the same hour is usual after some weeks.
constexpr double kMostShare = 1.5;
constexpr double kRhythmHours = 3;

// Of an hour, what must have been watched to learn from it.
constexpr double kLeastOfHour = 0.5;

// With this share of the evidence for a rise an hour does not teach how far off hours are: a rise
// that goes on would teach that it is nothing much.
constexpr double kUnsureShare = 0.1;

// Four weeks' half-life of how often it rises. A day's, for an hour's is less than it is kept to.
constexpr float kRisesKeptPerDay = 0.9755F;

// Hours that teach how well an hour is foretold, and those that the first guess counts for.
constexpr double kDriftHoursMax = 200;
constexpr double kDriftPriorHours = 6;
constexpr double kDriftLeast = 1e-4;
constexpr double kDriftMost = 1;

// From so many events in an hour on a series has a rhythm of its own, once a whole day has told its
// level.
constexpr float kLevelHoursFirst = 23.5F;
constexpr double kSeasonEvents = 4;

// Events (times the variance-to-mean ratio) that what is known of an hour from others counts for:
// from the day before, from its neighbours too, and from the whole week. How much of what is new is
// taken up after the first week.
constexpr double kBeforeEvents = 5;
constexpr double kNeighbourEvents = 30;
constexpr double kWeekEvents = 60;
constexpr double kSeasonGain = 0.5;

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

// What level and season say of the past is more by `moved`; so the factor has less to explain.
void Rebase(float moved, SeriesState* state) {
  state->fast_base *= moved;
  for (size_t i = 0; i < state->candidate_count; ++i) {
    state->candidates.stretches[i].base *= moved;
  }
}

// The factor that `events` say where a factor of 1 would have brought `flat`, and what is known of
// it already counts for so many events.
double FactorSaid(double events, double flat, double known, double known_events) {
  return (events + known_events * known) / (flat + known_events);
}

// `ratio` is what came to what level and season said.
void LearnLevel(double ratio, double hours, bool has_season, SeriesState* state) {
  const bool knows_week = has_season && state->season_hours >= kHoursPerWeek;
  const double most = knows_week ? kLevelHoursOfSeason : kLevelHoursMax;
  const double known = std::min<double>(state->level_hours, most);
  // Until a season has seen a week, the level is what it is measured against, so it stays.
  if (!has_season || knows_week) {
    const auto moved = static_cast<float>(1 + hours / (known + hours) * (ratio - 1));
    const float before = std::exchange(state->level, std::max(state->level * moved, kLevelLeast));
    Rebase(state->level / before, state);
  }
  state->level_hours = static_cast<float>(std::min(known + hours, most));
}

}  // namespace

void SeriesModel::LearnSeason(const WatchedHour& hour, Season* own, SeriesState* state) const {
  const bool first_week = state->season_hours < kHoursPerWeek;
  if (hour.hours < kLeastOfHour) {
    // The best guess is what these hours differ by from yesterday's.
    if (first_week) own->Multiply(hour.of_week, 1, FactorOf(*state));
    return;
  }
  const double events = hour.rose ? std::min(hour.events, kMostShare * hour.expected) : hour.events;
  if (first_week) {
    LearnFirstWeek(hour, events, own, state);
    return;
  }
  const double flat = state->level * ticks_per_hour_ * hour.hours;
  const double usual = own->Usual(hour.of_week);
  own->Learn(hour.of_week, FactorSaid(events, flat, usual, kWeekEvents * state->vmr), kSeasonGain);
}

void SeriesModel::LearnFirstWeek(const WatchedHour& hour, double events, Season* own,
                                 SeriesState* state) const {
  const double flat = state->level * ticks_per_hour_ * hour.hours;
  const double before = own->OfHour(hour.of_week);
  const double around = own->Around(hour.of_week);
  double ahead = FactorSaid(events, flat, around, kNeighbourEvents * state->vmr);
  if (hour.rose) ahead = before + kSeasonGain * (ahead - before);
  // The hour is kept nearly as it was: what others say of it is reckoned in when the week is over.
  const double kept = FactorSaid(events, flat, before, kBeforeEvents * state->vmr);
  own->Learn(hour.of_week, hour.rose ? ahead : kept, 1);
  own->SetAhead(hour.of_week, 6U - state->season_hours / 24U, ahead);
  if (state->season_hours >= 24 || hour.rose) return;
  // On the first day the rest of it is most like this hour.
  own->Multiply(hour.of_week + 1, 23U - state->season_hours, ahead / before);
  Rebase(static_cast<float>(ahead / before), state);
}

SeriesModel::WatchedHour SeriesModel::TakeHour(uint32_t tick, SeriesState* state) const {
  const double expected = std::exchange(state->hour_expected, 0.0F);
  const double events = std::exchange(state->hour_events, 0.0F);
  const bool known = state->level_hours >= kLevelHoursFirst;
  const WatchedHour hour = {
      .of_week = HourOfWeek(tick),
      // Many cannot report in an outage: it does not make their silence usual.
      .events = std::max(events, known ? kLeastShare * expected : 0),
      .expected = expected,
      .hours = state->hour_ticks / ticks_per_hour_,
      .rose = state->hour_rose != 0 || state->suspect,
      .unsure = state->phase == SeriesPhase::kQuiet && state->candidate_count > 0 &&
                BestStartOf(*state).evidence >= kUnsureShare * threshold_,
      .silent =
          known && expected >= kSilentEvents * state->vmr && events < kSilentShare * expected};
  state->hour_ticks = 0;
  state->hour_rose = 0;
  return hour;
}

void SeriesModel::LearnHour(const WatchedHour& hour, uint32_t tick, Season* own,
                            const Season* above, SeriesState* state) const {
  if (hour.silent) {
    // Silence that stays is the new level, as a rise is that stays.
    const double factor = RawFactorOf(*state);
    if (factor > kSilentFactor) return;
    state->level *= static_cast<float>(factor);
    ForgetFactor(state);
    return;
  }
  const Season* season = own != nullptr ? own : above;
  const double factor = season == nullptr ? 1 : season->OfHour(hour.of_week);
  const double base = state->level * factor * hour.hours * ticks_per_hour_;
  if (!hour.rose) LearnLevel(hour.events / base, hour.hours, own != nullptr, state);
  if (!hour.rose && !hour.unsure && hour.hours >= kLeastOfHour) {
    LearnDrift(hour.events, hour.expected, state);
  }
  // What lasts is a new level rather than the rhythm of the day.
  const bool lasts = state->phase > SeriesPhase::kQuiet &&
                     tick - state->rise.start > kRhythmHours * ticks_per_hour_;
  if (own != nullptr && !lasts) LearnSeason(hour, own, state);
}

bool SeriesModel::EndHour(uint32_t tick, Season* own, const Season* above,
                          SeriesState* state) const {
  if (tick > state->tick) Advance({.tick = tick}, own, above, state);
  const WatchedHour hour = TakeHour(tick, state);
  if (HourOfWeek(tick) % 24 == 23) state->rises = state->rises * kRisesKeptPerDay;
  if (hour.hours > 0) LearnHour(hour, tick, own, above, state);
  if (own != nullptr && state->season_hours < UINT8_MAX) {
    ++state->season_hours;
    // Until now yesterday foretold today; from now on last week does.
    if (state->season_hours == kHoursPerWeek) {
      own->Settle(state->level * ticks_per_hour_, kWeekEvents * state->vmr);
      ForgetFactor(state);
    }
  }
  if (state->phase == SeriesPhase::kQuiet && !state->suspect &&
      ShouldCountClumps(*state) != state->counts_clumps) {
    // What was counted in another way is no candidate.
    state->counts_clumps = !state->counts_clumps;
    state->candidate_count = 0;
    state->uncounted = 0;
  }
  return own == nullptr && hour.hours > 0 && state->level_hours >= kLevelHoursFirst &&
         hour.expected >= kSeasonEvents * hour.hours;
}

}  // namespace gmewatch
