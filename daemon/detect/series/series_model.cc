#include "daemon/detect/series/series_model.h"

#include <algorithm>
#include <cmath>

#include "absl/numeric/bits.h"
#include "daemon/detect/series/baseline.h"
#include "daemon/detect/series/hour_learner.h"
#include "daemon/detect/series/likelihood_ratio.h"

namespace gmewatch {
namespace {

// From this share of the threshold on a rise is suspected: dispersion, level and drift are not
// learned, since a rise that goes on would raise what it is tested against.
constexpr double kSuspectShare = 0.3;

}  // namespace

SeriesModel::SeriesModel(const DetectSettings& settings) : settings_(settings), times_(settings) {
  SetSeriesCount(1);
}

void SeriesModel::SetSeriesCount(double series) {
  threshold_ = Threshold(series, times_.tick_seconds(), settings_.false_alarms_per_week);
}

SeriesState SeriesModel::NewSeries(uint32_t tick, double watched_ticks) const {
  SeriesState state;
  state.tick = tick - 1;
  if (watched_ticks < WarmUp::kTicks) {
    state.levels = Levels(1, 0);
    state.warm_up = WarmUp(static_cast<float>(watched_ticks));
    return state;
  }
  state.phase = SeriesPhase::kQuiet;
  state.levels = Levels::OfSilence(watched_ticks, watched_ticks / times_.per_hour());
  return state;
}

BestChangePoint SeriesModel::BestChangePointOf(const SeriesState& state) const {
  return state.change_points.FindBest(state.tick, static_cast<float>(FactorOf(state)),
                                      state.dispersion.vmr(), ErrorOf(state, times_.per_hour()));
}

double SeriesModel::RiseLlr(const SeriesState& state) const {
  const Rise& rise = state.rise;
  const double error = ErrorOf(state, times_.per_hour()).After(rise.expected() / FactorOf(state));
  return LogLikelihoodRatio(rise.events(), kMinFactor * rise.expected(), state.dispersion.vmr(),
                            error);
}

double SeriesModel::Score(const SeriesState& state) const {
  if (Rises(state)) return RiseLlr(state) / threshold_;
  if (state.phase == SeriesPhase::kNew || state.change_points.empty()) return 0;
  return BestChangePointOf(state).llr / threshold_;
}

double SeriesModel::Expected(uint32_t tick, const Season* own, const Season* above,
                             const SeriesState& state) const {
  const double base =
      static_cast<double>(state.levels.level()) * SeasonAt(tick, times_, own, above, state.phase);
  return base * (state.phase == SeriesPhase::kNew ? state.warm_up.mean() : FactorOf(state));
}

void SeriesModel::Advance(const TickInput& input, const Season* own, const Season* above,
                          SeriesState* state) const {
  const uint32_t silent = input.tick - state->tick - input.ticks;
  const float level = state->levels.level();
  const float base = static_cast<float>(input.ticks) * input.exposure * level *
                     SeasonAt(input.tick, times_, own, above, state->phase);
  float silent_base = 0;
  if (silent > 0) {
    const uint32_t middle = state->tick + 1 + silent / 2;
    silent_base = static_cast<float>(silent) * input.silent_exposure * level *
                  SeasonAt(middle, times_, own, above, state->phase);
  }
  if (state->phase == SeriesPhase::kNew) {
    WatchNew(input, base + silent_base, state);
  } else if (state->phase == SeriesPhase::kQuiet) {
    WatchQuiet(input, base, silent_base, state);
  } else {
    WatchRise(input, base, silent_base, state);
  }
  state->tick = input.tick;
}

void SeriesModel::WatchNew(const TickInput& input, float exposure, SeriesState* state) const {
  WarmUp& seen = state->warm_up;
  seen.Count(static_cast<float>(input.events), exposure,
             static_cast<float>(input.tick - state->tick), static_cast<float>(input.ticks));
  if (!seen.IsOver()) return;
  state->dispersion = seen.DispersionOf();
  state->levels = seen.LevelsOf(times_.per_hour());
  state->change_points = ChangePoints();
  state->phase = SeriesPhase::kQuiet;
}

void SeriesModel::Learn(const Stretch& stretch, SeriesState* state) const {
  const float ticks = stretch.base / state->levels.level();
  const float fading = times_.HorizonOf(KnownHours(*state)).fading_per_tick;
  state->recent.Learn(stretch, ticks < 1.5F ? fading : std::pow(fading, ticks));
}

void SeriesModel::WatchQuiet(const TickInput& input, float base, float silent_base,
                             SeriesState* state) const {
  ChangePoints& change_points = state->change_points;
  const float factor = static_cast<float>(FactorOf(*state));
  const uint32_t ticks_max = times_.HorizonOf(KnownHours(*state)).ticks_max;
  const auto learn = [&](const Stretch& stretch) { Learn(stretch, state); };
  const float events = static_cast<float>(input.events);
  const float expected = base * factor;
  const float vmr = state->dispersion.vmr();
  const ExpectationError error = ErrorOf(*state, times_.per_hour());
  // A burst of ticks like this one is an alarm; with a drift their ratio is not the sum of theirs.
  const double burst = std::max(1.0, times_.burst() / input.ticks);
  const auto counted =
      static_cast<float>(CountAt(threshold_, events * burst, kMinFactor * expected * burst, vmr,
                                 error.After(burst * base)) /
                         burst);
  if (silent_base > 0) {
    change_points.Add({0, silent_base}, input.tick - input.ticks, factor, ticks_max, learn);
  }
  change_points.Add({counted, base}, input.tick, factor, ticks_max, learn);
  if (state->levels.IsBack(events, base + silent_base, vmr, threshold_)) {
    SwapLevels(state);
  }
  const uint32_t ticks = input.tick - state->tick;
  state->hour.Count(events, expected + silent_base * factor, ticks);
  state->tick = input.tick;
  const bool any = !change_points.empty();
  state->sessions = any ? state->sessions | input.sessions : 0;
  // What was not counted of a tick counts for a rise that begins soon.
  const float kept = std::pow(times_.recent_fading(), static_cast<float>(ticks));
  state->uncounted = any ? state->uncounted * kept + events - counted : 0;
  // The dispersion is learned from single ticks, but not from those of a suspected rise.
  if (input.ticks == 1 && !(state->suspect && events > expected)) {
    state->dispersion.Learn({.events = events,
                             .expected = expected,
                             .silent_expected = silent_base * factor,
                             .silent_ticks = ticks - 1.0},
                            state->drift.squared(), state->levels.hours() * times_.per_hour());
  }
  state->suspect = false;
  if (change_points.LlrBound(factor, vmr) < kSuspectShare * threshold_) return;
  const BestChangePoint best = change_points.FindBest(input.tick, factor, vmr, error);
  state->suspect = best.llr >= kSuspectShare * threshold_;
  if (best.llr < threshold_ || input.tick - best.start + input.ticks + 1 <= times_.burst()) return;
  const double excess = best.events + state->uncounted - best.base * factor;
  if (excess < settings_.min_excess_events) return;
  const Stretch rise = {static_cast<float>(best.events), static_cast<float>(best.base)};
  if (state->levels.IsReturn(rise, state->dispersion.vmr(), threshold_)) {
    SwapLevels(state);
  } else {
    BeginRise(best.llr, state);
  }
}

void SeriesModel::SwapLevels(SeriesState* state) {
  state->levels.Swap();
  state->recent.Reset();
  Drop(state);
}

void SeriesModel::BeginRise(double llr, SeriesState* state) const {
  const double factor = FactorOf(*state);
  const ChangePoints change_points = state->change_points;
  // The start is found without the growth of the error, which only an alarm needs.
  const BestChangePoint from =
      change_points.FindBest(state->tick, static_cast<float>(factor), state->dispersion.vmr(),
                             {.now = ErrorOf(*state, times_.per_hour()).now});
  for (size_t i = 0; i < from.index; ++i) Learn(change_points.stretches()[i], state);
  state->suspect = false;
  state->phase = SeriesPhase::kLoop;
  state->rise = Rise(from.start, state->tick, static_cast<float>(from.events) + state->uncounted,
                     from.base * factor, llr / threshold_);
  Classify(state);
  state->hour.MarkRise();
}

void SeriesModel::Join(SeriesState* state) const {
  BeginRise(BestChangePointOf(*state).llr, state);
  state->phase = SeriesPhase::kJoined;
}

void SeriesModel::Classify(SeriesState* state) const {
  if (state->phase == SeriesPhase::kJoined && state->rise.score() < 1) return;
  if (absl::popcount(state->sessions) >= static_cast<int>(settings_.min_sessions)) {
    state->phase = SeriesPhase::kSpike;
  }
}

void SeriesModel::WatchRise(const TickInput& input, float base, float silent_base,
                            SeriesState* state) const {
  Rise& rise = state->rise;
  const auto events = static_cast<float>(input.events);
  const float expected = (base + silent_base) * static_cast<float>(FactorOf(*state));
  const uint32_t ticks = input.tick - state->tick;
  rise.Count(events, expected, std::pow(times_.recent_fading(), static_cast<float>(ticks)));
  state->hour.Count(events, expected, ticks);
  state->hour.MarkRise();
  rise.Raise(static_cast<float>(RiseLlr(*state) / threshold_));
  state->sessions |= input.sessions;
  Classify(state);
  const uint32_t after = input.tick + 1;
  rise.Test(events, expected, state->dispersion.vmr(), after);
  if (rise.IsOver(after, times_.resolve())) {
    EndRise(false, state);
  } else if (rise.IsNewLevel(after, times_.rebaseline(), times_.per_hour())) {
    EndRise(true, state);
  }
}

RiseSoFar SeriesModel::RiseOf(const SeriesState& state) const {
  if (Rises(state)) return {state.rise.events(), state.rise.expected()};
  if (state.phase == SeriesPhase::kNew || state.change_points.empty()) return {};
  const BestChangePoint best = BestChangePointOf(state);
  return {best.events + state.uncounted, best.base * FactorOf(state)};
}

bool SeriesModel::IsWithin(double factor, const SeriesState& state) const {
  return state.rise.IsWithin(factor, state.dispersion.vmr(), threshold_);
}

void SeriesModel::EndRise(bool rebaseline, SeriesState* state) const {
  state->adopted = rebaseline;
  if (rebaseline) {
    const Rise& rise = state->rise;
    state->levels.Rebase(rise.events() / rise.expected() * static_cast<float>(FactorOf(*state)));
    state->recent.Reset();
    state->hour.Forget();
  }
  Drop(state);
}

void SeriesModel::Drop(SeriesState* state) {
  state->change_points = ChangePoints();
  state->sessions = 0;
  state->uncounted = 0;
  state->levels.ForgetReturn();
  state->suspect = false;
  if (Rises(*state)) state->phase = SeriesPhase::kQuiet;
}

bool SeriesModel::EndHour(uint32_t tick, Season* own, const Season* above,
                          SeriesState* state) const {
  if (tick > state->tick) Advance({.tick = tick}, own, above, state);
  return HourLearner(times_, own, state).EndHour(tick);
}

void SeriesModel::ScaleLevel(double ratio, SeriesState* state) {
  if (state->phase != SeriesPhase::kNew) state->levels.Scale(ratio);
}

void SeriesModel::Flatten(Season* own, const Season* above, SeriesState* state) const {
  if (state->phase == SeriesPhase::kNew) return;
  const auto factor = static_cast<float>(FactorOf(*state));
  state->levels.Set(Expected(state->tick, own, above, *state));
  state->recent.Reset();
  if (state->phase == SeriesPhase::kQuiet) state->change_points.ScaleBase(factor);
  if (own != nullptr) *own = Season();
  state->season_hours = 0;
}

}  // namespace gmewatch
