// The part of SeriesModel that learns from a finished hour: level, season, drift; and how far they
// can be trusted.
#include <algorithm>
#include <cmath>
#include <utility>

#include "daemon/detect/clumps.h"
#include "daemon/detect/series_model.h"

namespace gmewatch {
namespace {

// The level's memory in hours: a half-life of a week, or a third of that if the series has a season
// of its own, which tells the hours of the week apart. The lowest level is an event in some
// thousand years.
constexpr double kLevelHoursMax = 242;
constexpr double kLevelHoursOfSeason = 80;
constexpr float kLevelMin = 1e-10F;

// An hour is learned as at least this share of its expectation, so that an outage during which
// clients cannot report does not lower the baseline.
constexpr double kHourFloor = 0.7;
// An hour is silent if at least kSilentEvents * vmr events were expected and less than kSilentShare
// of its expectation came. Silence becomes the new level once the factor has fallen to
// kSilentFactor, which takes about eight hours at a half-life of three.
constexpr double kSilentShare = 0.1;
constexpr double kSilentEvents = 20;
constexpr double kSilentFactor = 0.16;
// An hour with a rise is learned as at most this share of its expectation: what rises every week in
// the same hour becomes part of the season after some weeks.
constexpr double kHourCap = 1.5;
// A rise older than this is taken for a new level and not learned as part of the season.
constexpr double kRhythmHours = 3;

// The part of an hour that must have been watched to learn its season and drift.
constexpr double kMinWatchedHour = 0.5;

// From this share of the threshold on an hour does not teach the drift: a rise that goes on would
// raise the drift that it is tested against.
constexpr double kUnsureShare = 0.1;

// The drift remembers at most kDriftHoursMax hours; its prior weighs as much as kDriftPriorHours.
constexpr double kDriftHoursMax = 200;
constexpr double kDriftPriorHours = 6;
constexpr double kDriftMin = 1e-4;
constexpr double kDriftMax = 1;

// Until the season is trusted the drift grows by kDriftUntrusted over an hour: a rhythm that was
// never seen to repeat may not repeat.
constexpr float kSeasonTrustHours = 200;
constexpr float kDriftUntrusted = 0.03F;
// A small drift is wandering, for which kMinFactor allows already; from this on all of it counts.
constexpr double kDriftWhole = 0.05;

// A series gets a season of its own once its level is known from a day and an hour is expected to
// have kSeasonEvents events.
constexpr float kLevelHoursFirst = 23.5F;
constexpr double kSeasonEvents = 4;

// Weights, in events * vmr, of what is known about an hour before it is seen: from the day before,
// from that and its neighbours, and from the profile of the whole week. After the first week an
// hour moves by kSeasonGain of the way to its new estimate.
constexpr double kYesterdayEvents = 5;
constexpr double kNeighbourEvents = 30;
constexpr double kProfileEvents = 60;
constexpr double kSeasonGain = 0.5;

// Updates the running mean of the squared relative error of an hour, less the part due to chance:
// drift = mean of ((x - m) / m)^2 - vmr / m.
void LearnDrift(double events, double expected, SeriesState* state) {
  const double chance = state->vmr / expected;
  const double off = (events - expected) / expected;
  // An hour with few expected events says little.
  const double weight = std::pow(1 + chance / state->drift, -2);
  // Outliers are clipped at three standard deviations.
  const double highest = 9 * (state->drift + chance);
  const double drift = std::min(off * off, highest) - chance;
  const double hours = std::min<double>(state->level_hours, kDriftHoursMax);
  const double moved =
      state->drift + weight * (drift - state->drift) / (kDriftPriorHours + hours * weight);
  state->drift = static_cast<float>(std::clamp(moved, kDriftMin, kDriftMax));
}

// Multiplies the base of the past by `ratio`, as level or season have changed by it.
void Rebase(float ratio, SeriesState* state) {
  state->fast_base *= ratio;
  for (size_t i = 0; i < state->change_point_count; ++i) {
    state->change_points.stretches[i].base *= ratio;
  }
}

// Estimates a factor from `events`, of which a factor of 1 would have brought `flat`, and a prior
// with the weight of `prior_events` events.
double EstimateFactor(double events, double flat, double prior, double prior_events) {
  return (events + prior_events * prior) / (flat + prior_events);
}

// `ratio` is events / base of `hours` hours.
void LearnLevel(double ratio, double hours, bool has_season, SeriesState* state) {
  const bool knows_week = has_season && state->season_hours >= kHoursPerWeek;
  const double memory = knows_week ? kLevelHoursOfSeason : kLevelHoursMax;
  const double known = std::min<double>(state->level_hours, memory);
  // During the first week of a season the level stays: the hours are measured against it.
  if (!has_season || knows_week) {
    const auto moved = static_cast<float>(1 + hours / (known + hours) * (ratio - 1));
    const float before = std::exchange(state->level, std::max(state->level * moved, kLevelMin));
    Rebase(state->level / before, state);
  }
  state->level_hours = static_cast<float>(std::min(known + hours, memory));
}

}  // namespace

Drift SeriesModel::DriftOf(const SeriesState& state) const {
  const double hour = state.level * ticks_per_hour_;  // events
  // The level's own error: 1 / (events it was learned from / vmr), as clumped events say less. The
  // factor corrects most of it once it has been learned from more events.
  const double of_level = 1 / (hour * state.level_hours / state.vmr + 0.5);
  const double prior = state.vmr / state.drift;
  const double left = prior / (state.fast_base + prior);
  const double of_both =
      left * left * of_level + (1 - left) * state.vmr / (state.fast_base + prior);
  Drift drift = {.now = state.drift * std::min(1.0, state.drift / kDriftWhole) +
                        std::min(of_level, of_both)};
  if (KnownHours(state) < (state.season == kNoSeason ? kLevelTrustHours : kSeasonTrustHours)) {
    drift.growth = kDriftUntrusted / hour;
    drift.base_max = hour;
  }
  return drift;
}

void SeriesModel::Flatten(Season* own, const Season* above, SeriesState* state) const {
  if (state->phase == SeriesPhase::kNew) return;
  const auto factor = static_cast<float>(FactorOf(*state));
  state->level = std::max(static_cast<float>(Expected(state->tick, own, above, *state)), kLevelMin);
  ResetFactor(state);
  for (size_t i = 0; i < state->change_point_count; ++i) {
    state->change_points.stretches[i].base *= factor;
  }
  if (own != nullptr) *own = Season();
  state->other_level = 0;
  state->season_hours = 0;
  state->level_hours = 1;
}

void SeriesModel::LearnSeason(const WatchedHour& hour, Season* own, SeriesState* state) const {
  const bool first_week = state->season_hours < kHoursPerWeek;
  if (hour.hours < kMinWatchedHour) {
    // The best estimate is yesterday's hour times the factor of the last hours.
    if (first_week) own->Multiply(hour.of_week, 1, FactorOf(*state));
    return;
  }
  const double events = hour.rose ? std::min(hour.events, kHourCap * hour.expected) : hour.events;
  if (first_week) {
    LearnFirstWeek(hour, events, own, state);
    return;
  }
  const double flat = hour.base / own->OfHour(hour.of_week);
  const double profile = own->Profile(hour.of_week);
  own->Learn(hour.of_week, EstimateFactor(events, flat, profile, kProfileEvents * state->vmr),
             kSeasonGain);
}

void SeriesModel::LearnFirstWeek(const WatchedHour& hour, double events, Season* own,
                                 SeriesState* state) const {
  const double flat = hour.base / own->OfHour(hour.of_week);
  const double before = own->OfHour(hour.of_week);
  const double around = own->Around(hour.of_week);
  double ahead = EstimateFactor(events, flat, around, kNeighbourEvents * state->vmr);
  if (hour.rose) ahead = before + kSeasonGain * (ahead - before);
  // The hour itself is kept nearly as it was; it is shrunk to the profile when the week is over.
  const double kept = EstimateFactor(events, flat, before, kYesterdayEvents * state->vmr);
  own->Learn(hour.of_week, hour.rose ? ahead : kept, 1);
  own->SetAhead(hour.of_week, 6U - state->season_hours / 24U, ahead);
  if (state->season_hours >= 24 || hour.rose) return;
  // On the first day the best estimate of the remaining hours is this hour.
  own->Multiply(hour.of_week + 1, 23U - state->season_hours, ahead / before);
  Rebase(static_cast<float>(ahead / before), state);
}

SeriesModel::WatchedHour SeriesModel::TakeHour(uint32_t tick, SeriesState* state) const {
  const double expected = std::exchange(state->hour_expected, 0.0F);
  const double events = std::exchange(state->hour_events, 0.0F);
  const bool known = state->level_hours >= kLevelHoursFirst;
  const WatchedHour hour = {.of_week = HourOfWeek(tick),
                            .events = std::max(events, known ? kHourFloor * expected : 0),
                            .expected = expected,
                            .base = expected / FactorOf(*state),
                            .hours = state->hour_ticks / ticks_per_hour_,
                            .rose = state->hour_rose != 0 || state->suspect,
                            .unsure = state->phase == SeriesPhase::kQuiet &&
                                      state->change_point_count > 0 &&
                                      BestChangePointOf(*state).llr >= kUnsureShare * threshold_,
                            .silent = known && expected >= kSilentEvents * state->vmr &&
                                      events < kSilentShare * expected};
  state->hour_ticks = 0;
  state->hour_rose = 0;
  return hour;
}

void SeriesModel::LearnHour(const WatchedHour& hour, uint32_t tick, Season* own,
                            SeriesState* state) const {
  if (hour.silent) {
    // Lasting silence becomes the new level, as a lasting rise does.
    const double factor = RawFactorOf(*state);
    if (factor > kSilentFactor) return;
    state->level *= static_cast<float>(factor);
    ResetFactor(state);
    return;
  }
  if (hour.base <= 0) return;
  if (!hour.rose) LearnLevel(hour.events / hour.base, hour.hours, own != nullptr, state);
  if (!hour.rose && !hour.unsure && hour.hours >= kMinWatchedHour) {
    LearnDrift(hour.events, hour.expected, state);
  }
  // A long rise is a new level rather than part of the season.
  const bool lasts = state->phase > SeriesPhase::kQuiet &&
                     tick - state->rise.start > kRhythmHours * ticks_per_hour_;
  if (own != nullptr && !lasts) LearnSeason(hour, own, state);
}

bool SeriesModel::EndHour(uint32_t tick, Season* own, const Season* above,
                          SeriesState* state) const {
  if (tick > state->tick) Advance({.tick = tick}, own, above, state);
  const WatchedHour hour = TakeHour(tick, state);
  if (hour.hours > 0) LearnHour(hour, tick, own, state);
  if (own != nullptr && state->season_hours < UINT8_MAX) {
    ++state->season_hours;
    // So far an hour was predicted by the day before; from now on by the week before.
    if (state->season_hours == kHoursPerWeek) {
      own->ShrinkToProfile(state->level * ticks_per_hour_, kProfileEvents * state->vmr);
      ResetFactor(state);
    }
  }
  if (state->phase == SeriesPhase::kQuiet && !state->suspect &&
      ShouldCountClumps(*state) != state->counts_clumps) {
    // Change points whose events were counted in the other way are given up.
    state->counts_clumps = !state->counts_clumps;
    state->change_point_count = 0;
    state->uncounted = 0;
  }
  return own == nullptr && hour.hours > 0 && state->level_hours >= kLevelHoursFirst &&
         hour.expected >= kSeasonEvents * hour.hours;
}

}  // namespace gmewatch
