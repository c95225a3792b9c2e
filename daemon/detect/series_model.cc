#include "daemon/detect/series_model.h"

#include <algorithm>
#include <cmath>

#include "daemon/detect/candidates.h"
#include "daemon/detect/clumps.h"
#include "daemon/detect/evidence.h"

namespace gmewatch {
namespace {

// Hours until level and season are trusted, for a rhythm that was never seen to repeat may be
// another; and what that adds to the drift of an hour.
constexpr float kLevelTrustHours = 24;
constexpr float kSeasonTrustHours = 200;
constexpr float kDriftUntrusted = 0.03F;
constexpr double kFactorLeast = 0.9;

constexpr uint16_t kHourTicksMask = 0x7FFF;

// With this share of the evidence for a rise it is suspected.
constexpr double kSuspectShare = 0.3;

// Ticks watched before a series is judged.
constexpr double kNewTicks = 12;

// What is assumed of a series that has not taught better.
constexpr float kDriftAtFirst = 0.02F;
// What the first ticks tell of the variance counts for so much more than the guess.
constexpr float kFirstVmrWeight = 3;

// How fast "now" fades, for people to read.
constexpr double kRecentHours = 1.0 / 6;

// A rise is looked at for at least so many ticks before it is over.
constexpr double kHoldTicks = 6;

// Events that the first guess at the variance counts for, and those that are remembered of it.
constexpr double kVmrPriorEvents = 30;
constexpr double kVmrMemoryEvents = 4000;
constexpr double kVmrMostByTick = 1.5;
// What the ticks of a rise that is not told yet may add to the variance they are measured by.
constexpr double kVmrMostByRise = 2.5;

}  // namespace

double RawFactorOf(const SeriesState& state) {
  // The surer that level and season foretell an hour, the more counts it takes to think otherwise.
  const double prior = static_cast<double>(state.vmr) / state.drift;
  return (state.fast_events + prior) / (state.fast_base + prior);
}

double FactorOf(const SeriesState& state) {
  const double factor = RawFactorOf(state);
  return state.level_hours < kLevelTrustHours ? factor : std::max(factor, kFactorLeast);
}

void ForgetFactor(SeriesState* state) {
  state->fast_events = 0;
  state->fast_base = 0;
}

SeriesModel::SeriesModel(const DetectSettings& settings)
    : settings_(settings),
      tick_seconds_(absl::ToDoubleSeconds(settings.tick)),
      ticks_per_hour_(3600 / tick_seconds_),
      hours_per_tick_(tick_seconds_ / 3600),
      hold_ticks_(
          std::max(kHoldTicks, absl::ToDoubleSeconds(settings.resolve_after) / tick_seconds_)),
      adopt_ticks_(std::max(2.0, absl::ToDoubleSeconds(settings.rebaseline_after) / tick_seconds_)),
      recent_fading_(static_cast<float>(std::exp2(-1 / (kRecentHours * ticks_per_hour_)))) {
  // By what is known of the season: nothing, the last day, a week. The more, the slower the factor
  // may be, and the slower a ramp that is told from the rhythm of the day.
  constexpr double kHalfLifeHours[] = {0.5, 1.5, 3};
  constexpr double kLongestHours[] = {1, 3, 8};
  for (size_t i = 0; i < 3; ++i) {
    horizons_[i] = {
        static_cast<float>(std::exp2(-1 / (kHalfLifeHours[i] * ticks_per_hour_))),
        static_cast<uint32_t>(std::clamp(kLongestHours[i] * ticks_per_hour_, 8.0, 60'000.0))};
  }
  SetSeries(1);
}

void SeriesModel::SetSeries(double series) {
  threshold_ = Threshold(series, tick_seconds_, settings_.false_alarms_per_week);
}

SeasonMoment SeriesModel::MomentOf(uint32_t tick) const {
  return SeasonMomentAt((tick + 0.5) * hours_per_tick_);
}

int64_t SeriesModel::HourOf(uint32_t tick) const {
  return static_cast<int64_t>(tick / ticks_per_hour_);
}

size_t SeriesModel::HourOfWeek(uint32_t tick) const {
  return static_cast<size_t>(HourOf(tick) % int64_t{kHoursPerWeek});
}

const SeriesModel::Horizon& SeriesModel::HorizonOf(const SeriesState& state) const {
  const float known = KnownHours(state);
  if (known < 24) return horizons_[0];
  return horizons_[known < kHoursPerWeek ? 1 : 2];
}

SeriesState SeriesModel::NewSeries(uint32_t tick, double watched_ticks) const {
  SeriesState state;
  state.tick = tick - 1;
  state.vmr = kVmrAtFirst;
  state.drift = kDriftAtFirst;
  state.level = 1;
  state.fast_base = static_cast<float>(watched_ticks);
  if (watched_ticks >= kNewTicks) {
    state.phase = SeriesPhase::kQuiet;
    state.level = static_cast<float>(0.5 / (watched_ticks + 0.5));
    state.level_hours = static_cast<float>(watched_ticks / ticks_per_hour_);
    state.clump = ClumpOfVariance(state.vmr);
    state.fast_base = 0;
  }
  return state;
}

float SeriesModel::SeasonAt(uint32_t tick, const Season* own, const Season* above,
                            SeriesPhase phase) const {
  const Season* season = own != nullptr ? own : above;
  if (season == nullptr) return 1.0F;
  // The hour before may be a rise's, and learned; so while one lasts nothing is drawn from it.
  if (phase > SeriesPhase::kQuiet) return season->OfHour(HourOfWeek(tick));
  return season->At(MomentOf(tick));
}

Drift SeriesModel::DriftOf(const SeriesState& state) const {
  const double hour = state.level * ticks_per_hour_;  // events
  // The level is no better known than by the events behind it, and those that come in clumps tell
  // less.
  Drift drift = {.now = state.drift + 1 / (hour * state.level_hours / state.vmr + 0.5)};
  if (KnownHours(state) < (state.season == kNoSeason ? kLevelTrustHours : kSeasonTrustHours)) {
    drift.growth = kDriftUntrusted / hour;
    drift.base_max = hour;
  }
  return drift;
}

BestStart SeriesModel::BestStartOf(const SeriesState& state) const {
  const double factor = FactorOf(state);
  return FindBestStart(state, static_cast<float>(factor),
                       SpreadOf(state, state.level * factor, ticks_per_hour_), DriftOf(state));
}

void SeriesModel::Advance(const TickInput& input, const Season* own, const Season* above,
                          SeriesState* state) const {
  const uint32_t silent = input.tick - state->tick - input.ticks;
  const float base = static_cast<float>(input.ticks) * state->level *
                     SeasonAt(input.tick, own, above, state->phase);
  float silent_base = 0;
  if (silent > 0) {
    const uint32_t middle = state->tick + 1 + silent / 2;
    silent_base =
        static_cast<float>(silent) * state->level * SeasonAt(middle, own, above, state->phase);
  }
  switch (state->phase) {
    case SeriesPhase::kNew:
      WatchNew(input, base, silent_base, state);
      break;
    case SeriesPhase::kQuiet:
      WatchQuiet(input, base, silent_base, state);
      break;
    case SeriesPhase::kHabit:
    case SeriesPhase::kLoop:
    case SeriesPhase::kSpike:
      WatchRise(input, base, silent_base, state);
      break;
  }
  state->tick = input.tick;
}

void SeriesModel::WatchNew(const TickInput& input, float base, float silent_base,
                           SeriesState* state) const {
  // The level is 1, so the base counts ticks; `hour_expected` gathers the squares of counts.
  const auto events = static_cast<float>(input.events);
  state->fast_events += events;
  state->fast_base += base + silent_base;
  state->hour_expected += events * events;
  if (state->fast_base < kNewTicks) return;
  state->phase = SeriesPhase::kQuiet;
  const float mean = state->fast_events / state->fast_base;
  if (mean > 0) {
    const float vmr = state->hour_expected / state->fast_events - mean;
    // So few ticks may by chance have varied less than is usual; what follows teaches it down.
    const float doubt = 1 + 2 * std::sqrt(2 / state->fast_base);
    state->vmr =
        std::max(1.0F, doubt * (kVmrAtFirst + kFirstVmrWeight * vmr) / (1 + kFirstVmrWeight));
  }
  state->hour_expected = 0;
  state->level = (state->fast_events + 0.5F) / (state->fast_base + 0.5F);
  state->level_hours = static_cast<float>(state->fast_base / ticks_per_hour_);
  state->clump = ClumpOfVariance(state->vmr);
  ForgetFactor(state);
}

void SeriesModel::Learn(const Stretch& stretch, SeriesState* state) const {
  const float ticks = stretch.base / state->level;
  const float fading = HorizonOf(*state).fading_per_tick;
  const float kept = ticks < 1.5F ? fading : std::pow(fading, ticks);
  state->fast_events = state->fast_events * kept + stretch.events;
  state->fast_base = state->fast_base * kept + stretch.base;
}

void SeriesModel::LearnVariance(double events, double expected, double silent, double silent_ticks,
                                SeriesState* state) const {
  const double vmr = state->vmr;
  const double usual = expected + 5 * std::sqrt(static_cast<float>(vmr * expected)) + 8 * vmr;
  const double off = std::min(events, usual) - expected;
  const double ticks_an_event = 1 / expected;
  // What the expectation itself is off by is not the ticks' own variance.
  const double square = off * off * ticks_an_event - state->drift * expected;
  const double ticks_for_event = std::max(2.0, ticks_an_event);
  const double watched = state->level_hours * ticks_per_hour_;
  const double memory =
      kVmrPriorEvents * ticks_for_event + std::min(watched, kVmrMemoryEvents * ticks_for_event);
  const double ticks = silent_ticks + 1;
  // Of a silent tick the square is (0 - m)^2 / m = m.
  const double moved = vmr + (silent + square - ticks * vmr) / (memory + ticks);
  // A single tick says only so much: the first of a burst is not to excuse the rest of it, nor the
  // first ticks of a steady rise those that follow.
  const double most =
      std::min(kVmrMostByTick * vmr, std::max(vmr, kVmrMostByRise * state->candidates.vmr_before));
  state->vmr = static_cast<float>(std::clamp(moved, 1.0, most));
}

void SeriesModel::CountInHour(float events, float expected, uint32_t ticks, SeriesState* state) {
  state->hour_events += events;
  state->hour_expected += expected;
  state->hour_ticks = static_cast<uint16_t>(state->hour_ticks + ticks) & kHourTicksMask;
}

void SeriesModel::WatchQuiet(const TickInput& input, float base, float silent_base,
                             SeriesState* state) const {
  const float factor = static_cast<float>(FactorOf(*state));
  const uint32_t ticks_max = HorizonOf(*state).ticks_max;
  const auto learn = [this, state](const Stretch& stretch) {
    Learn(stretch, state);
    state->candidates.vmr_before = state->vmr;
  };
  if (state->candidate_count == 0) state->candidates.vmr_before = state->vmr;
  const float events = static_cast<float>(input.events);
  const float expected = base * factor;
  const Spread spread = SpreadOf(*state, expected, ticks_per_hour_);
  const auto counted = static_cast<float>(CountedEvents(*state, spread, events));
  const float all_expected = expected + silent_base * factor;
  if (silent_base > 0) {
    AddStretch({0, silent_base}, input.tick - input.ticks, factor, ticks_max, state, learn);
  }
  AddStretch({counted, base}, input.tick, factor, ticks_max, state, learn);
  const uint32_t ticks = input.tick - state->tick;
  CountInHour(events, all_expected, ticks, state);
  state->tick = input.tick;
  const bool any = state->candidate_count > 0;
  state->sessions = any ? state->sessions | input.sessions : 0;
  state->uncounted = any ? state->uncounted + events - counted : 0;
  // A tick teaches how counts vary, but those of a rise that may have begun before it do not.
  if (input.ticks == 1 && !(state->suspect && events > expected)) {
    LearnVariance(events, expected, silent_base * factor, ticks - 1, state);
    if (events > 0) LearnClump(expected, events, ticks_per_hour_, state);
  }
  state->suspect = false;
  if (EvidenceBound(*state, factor, spread) < kSuspectShare * threshold_) return;
  const BestStart best = FindBestStart(*state, factor, spread, DriftOf(*state));
  state->suspect = best.evidence >= kSuspectShare * threshold_;
  if (best.evidence >= threshold_) BeginRise(best, spread, state);
}

double SeriesModel::Expected(uint32_t tick, const Season* own, const Season* above,
                             const SeriesState& state) const {
  const double base = static_cast<double>(state.level) * SeasonAt(tick, own, above, state.phase);
  if (state.phase == SeriesPhase::kNew) {
    return base * state.fast_events / std::max(1.0F, state.fast_base);
  }
  return base * FactorOf(state);
}

double SeriesModel::Score(const SeriesState& state) const {
  if (state.phase > SeriesPhase::kQuiet) return RiseEvidence(state) / (threshold_ * HabitOf(state));
  if (state.candidate_count == 0) return 0;  // as of a new series
  return BestStartOf(state).evidence / threshold_;
}

}  // namespace gmewatch
