#include "daemon/detect/series_model.h"

#include <algorithm>
#include <cmath>

#include "daemon/detect/change_points.h"
#include "daemon/detect/clumps.h"
#include "daemon/detect/learn_variance.h"
#include "daemon/detect/likelihood_ratio.h"

namespace gmewatch {
namespace {

// Hours until the level and the season are trusted: a rhythm that was never seen to repeat may not
// repeat. Until then the drift grows by kDriftUntrusted over an hour.
constexpr float kLevelTrustHours = 24;
constexpr float kSeasonTrustHours = 200;
constexpr float kDriftUntrusted = 0.03F;

// The lowest factor of a series whose level is trusted.
constexpr double kFactorFloor = 1;

constexpr uint16_t kHourTicksMask = 0x7FFF;

// A burst is over before anybody can look at it: what is counted of a tick is not enough for an
// alarm, unless ticks are as long as this. Three ticks are enough.
constexpr double kBurstSeconds = 30;
constexpr double kBurstShareMin = 1.0 / 3;

// What was not counted of earlier ticks belongs to a rise that begins now only if it is recent: a
// half-life of twelve ticks.
constexpr float kUncountedKept = 0.944F;

// From this share of the threshold on a rise is suspected.
constexpr double kSuspectShare = 0.3;

// Ticks that are watched before a series is judged.
constexpr double kNewTicks = 12;

// Much of the drift is wandering, for which kMinFactor allows already: this share of it counts.
constexpr double kDriftShare = 0.35;

// The drift of a new series, until its own is learned.
constexpr float kDriftPrior = 0.02F;
// The weight of the first ticks' variance; that of kVmrPrior is 1.
constexpr float kFirstVmrWeight = 3;

// Half-life of the observed rate that is shown of a rise.
constexpr double kRecentHours = 1.0 / 6;

// A rise that falls back is over after this many ticks at the earliest.
constexpr double kResolveTicksMin = 6;

}  // namespace

double RawFactorOf(const SeriesState& state) {
  // The prior is a factor of 1 with the weight of vmr / drift events: the better level and season
  // predict an hour, the more events it takes to move the factor.
  const double prior = static_cast<double>(state.vmr) / state.drift;
  return (state.fast_events + prior) / (state.fast_base + prior);
}

double FactorOf(const SeriesState& state) {
  const double factor = RawFactorOf(state);
  return state.level_hours < kLevelTrustHours ? factor : std::max(factor, kFactorFloor);
}

void ResetFactor(SeriesState* state) {
  state->fast_events = 0;
  state->fast_base = 0;
}

SeriesModel::SeriesModel(const DetectSettings& settings)
    : settings_(settings),
      tick_seconds_(absl::ToDoubleSeconds(settings.tick)),
      ticks_per_hour_(3600 / tick_seconds_),
      hours_per_tick_(tick_seconds_ / 3600),
      resolve_ticks_(std::max(kResolveTicksMin,
                              absl::ToDoubleSeconds(settings.resolve_after) / tick_seconds_)),
      rebaseline_ticks_(
          std::max(2.0, absl::ToDoubleSeconds(settings.rebaseline_after) / tick_seconds_)),
      tick_share_(std::max(tick_seconds_ / kBurstSeconds, kBurstShareMin)),
      recent_fading_(static_cast<float>(std::exp2(-1 / (kRecentHours * ticks_per_hour_)))) {
  // For a season that is known from less than a day, less than a week, and a week. The better it is
  // known, the slower the factor can be, and the longer a ramp that can be found beside the season.
  constexpr double kHalfLifeHours[] = {0.5, 1.5, 3};  // of the factor's sums
  constexpr double kLongestHours[] = {1, 3, 8};       // the highest age of a change point
  for (size_t i = 0; i < 3; ++i) {
    horizons_[i] = {
        static_cast<float>(std::exp2(-1 / (kHalfLifeHours[i] * ticks_per_hour_))),
        static_cast<uint32_t>(std::clamp(kLongestHours[i] * ticks_per_hour_, 8.0, 60'000.0))};
  }
  SetSeriesCount(1);
}

void SeriesModel::SetSeriesCount(double series) {
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
  state.vmr = kVmrPrior;
  state.drift = kDriftPrior;
  state.level = 1;
  state.fast_base = static_cast<float>(watched_ticks);
  state.change_points.stretches[0].base = static_cast<float>(watched_ticks);
  if (watched_ticks >= kNewTicks) {
    state.phase = SeriesPhase::kQuiet;
    state.level = static_cast<float>(0.5 / (watched_ticks + 0.5));
    state.level_hours = static_cast<float>(watched_ticks / ticks_per_hour_);
    state.clump = ClumpOfVariance(state.vmr);
    state.fast_base = 0;
    state.change_points = ChangePoints{};
  }
  return state;
}

float SeriesModel::SeasonAt(uint32_t tick, const Season* own, const Season* above,
                            SeriesPhase phase) const {
  const Season* season = own != nullptr ? own : above;
  if (season == nullptr) return 1.0F;
  // While a rise lasts, an hour before may have been learned from it: the hours are not
  // interpolated.
  if (phase > SeriesPhase::kQuiet) return season->OfHour(HourOfWeek(tick));
  return season->At(MomentOf(tick));
}

Drift SeriesModel::DriftOf(const SeriesState& state) const {
  const double hour = state.level * ticks_per_hour_;  // events
  // The level's own error: 1 / (events it was learned from / vmr), as clumped events say less.
  Drift drift = {.now =
                     kDriftShare * state.drift + 1 / (hour * state.level_hours / state.vmr + 0.5)};
  if (KnownHours(state) < (state.season == kNoSeason ? kLevelTrustHours : kSeasonTrustHours)) {
    drift.growth = kDriftUntrusted / hour;
    drift.base_max = hour;
  }
  return drift;
}

BestChangePoint SeriesModel::BestChangePointOf(const SeriesState& state) const {
  const double factor = FactorOf(state);
  return FindBestChangePoint(state, static_cast<float>(factor),
                             DispersionOf(state, state.level * factor, ticks_per_hour_),
                             DriftOf(state));
}

void SeriesModel::Advance(const TickInput& input, const Season* own, const Season* above,
                          SeriesState* state) const {
  const uint32_t silent = input.tick - state->tick - input.ticks;
  const float base = static_cast<float>(input.ticks) * input.exposure * state->level *
                     SeasonAt(input.tick, own, above, state->phase);
  float silent_base = 0;
  if (silent > 0) {
    const uint32_t middle = state->tick + 1 + silent / 2;
    silent_base = static_cast<float>(silent) * input.silent_exposure * state->level *
                  SeasonAt(middle, own, above, state->phase);
  }
  switch (state->phase) {
    case SeriesPhase::kNew:
      WatchNew(input, base, silent_base, state);
      break;
    case SeriesPhase::kQuiet:
      WatchQuiet(input, base, silent_base, state);
      break;
    case SeriesPhase::kJoined:
    case SeriesPhase::kLoop:
    case SeriesPhase::kSpike:
      WatchRise(input, base, silent_base, state);
      break;
  }
  state->tick = input.tick;
}

void SeriesModel::WatchNew(const TickInput& input, float base, float silent_base,
                           SeriesState* state) const {
  // In this phase the level is 1, so fast_base sums exposures; the first stretch has the squares of
  // counts, and the ticks.
  const auto events = static_cast<float>(input.events);
  state->fast_events += events;
  state->fast_base += base + silent_base;
  Stretch& seen = state->change_points.stretches[0];
  seen.events += events * events;
  seen.base += static_cast<float>(input.tick - state->tick);
  if (seen.base < kNewTicks || state->fast_base <= 0) return;
  const float ticks = seen.base;
  state->phase = SeriesPhase::kQuiet;
  const float mean = state->fast_events / ticks;
  if (mean > 0) {
    const float vmr = seen.events / state->fast_events - mean;
    // A few ticks may have varied too little by chance, so the estimate is raised by two standard
    // errors; later ticks lower it.
    const float doubt = 1 + 2 * std::sqrt(2 / ticks);
    state->vmr =
        std::max(1.0F, doubt * (kVmrPrior + kFirstVmrWeight * vmr) / (1 + kFirstVmrWeight));
  }
  state->change_points = ChangePoints{};
  state->level = (state->fast_events + 0.5F) / (state->fast_base * (1 + 0.5F / ticks));
  state->level_hours = static_cast<float>(ticks / ticks_per_hour_);
  state->clump = ClumpOfVariance(state->vmr);
  ResetFactor(state);
}

void SeriesModel::Learn(const Stretch& stretch, SeriesState* state) const {
  const float ticks = stretch.base / state->level;
  const float fading = HorizonOf(*state).fading_per_tick;
  const float kept = ticks < 1.5F ? fading : std::pow(fading, ticks);
  state->fast_events = state->fast_events * kept + stretch.events;
  state->fast_base = state->fast_base * kept + stretch.base;
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
    state->change_points.vmr_before = state->vmr;
  };
  if (state->change_point_count == 0) state->change_points.vmr_before = state->vmr;
  const float events = static_cast<float>(input.events);
  const float expected = base * factor;
  const Dispersion dispersion = DispersionOf(*state, expected, ticks_per_hour_);
  const double most =
      dispersion.unit * CountAt(MostLlr(input.ticks), events / dispersion.unit,
                                kMinFactor * expected / dispersion.unit, dispersion.vmr);
  const auto counted =
      static_cast<float>(std::min(CountedEvents(*state, dispersion, events), most));
  const float all_expected = expected + silent_base * factor;
  if (silent_base > 0) {
    AddStretch({0, silent_base}, input.tick - input.ticks, factor, ticks_max, state, learn);
  }
  AddStretch({counted, base}, input.tick, factor, ticks_max, state, learn);
  WatchReturn(events, base + silent_base, state);
  const uint32_t ticks = input.tick - state->tick;
  CountInHour(events, all_expected, ticks, state);
  state->tick = input.tick;
  const bool any = state->change_point_count > 0;
  state->sessions = any ? state->sessions | input.sessions : 0;
  const float kept = std::pow(kUncountedKept, static_cast<float>(ticks));
  state->uncounted = any ? state->uncounted * kept + events - counted : 0;
  // The dispersion is learned from single ticks, but not from those of a suspected rise.
  if (input.ticks == 1 && !(state->suspect && events > expected)) {
    LearnVariance({.events = events,
                   .expected = expected,
                   .silent_expected = silent_base * factor,
                   .silent_ticks = ticks - 1.0},
                  ticks_per_hour_, state);
    if (events > 0) LearnClump(expected, events, ticks_per_hour_, state);
  }
  state->suspect = false;
  if (LlrBound(*state, factor, dispersion) < kSuspectShare * threshold_) return;
  const BestChangePoint best = FindBestChangePoint(*state, factor, dispersion, DriftOf(*state));
  state->suspect = best.llr >= kSuspectShare * threshold_;
  if (best.llr < threshold_) return;
  // Clumps smaller than the mean do not reduce the events.
  const float uncounted = std::max(0.0F, float{state->uncounted});
  if (best.events + uncounted - best.base * factor < settings_.min_excess_events) return;
  if (IsReturn(*state, best.events / best.base)) {
    SwapLevels(state);
  } else {
    BeginRise(best.llr, dispersion, state);
  }
}

double SeriesModel::Expected(uint32_t tick, const Season* own, const Season* above,
                             const SeriesState& state) const {
  const double base = static_cast<double>(state.level) * SeasonAt(tick, own, above, state.phase);
  if (state.phase == SeriesPhase::kNew) {
    return base * state.fast_events / std::max(1.0F, state.fast_base);
  }
  return base * FactorOf(state);
}

}  // namespace gmewatch
