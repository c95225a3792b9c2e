// The part of SeriesModel that follows a rise until it is over or has become the new level.
#include <algorithm>
#include <cmath>

#include "absl/numeric/bits.h"
#include "daemon/detect/change_points.h"
#include "daemon/detect/clumps.h"
#include "daemon/detect/likelihood_ratio.h"
#include "daemon/detect/series_model.h"

namespace gmewatch {
namespace {

// The log-likelihood ratio, in nats, at which a rise is over. It is capped: more would only delay
// the detection of a second rise.
constexpr float kEndLlr = 6;
constexpr float kEndLlrMax = 9;

// A rise goes on at its rate, which may wander by kWander, and is above kLowestFactor times the
// expected rate; where its recent rate is lower, not above kHighestFactor times. It is over at
// kOverFactor times the expected rate.
constexpr double kWander = 1.3;
constexpr double kLowestFactor = 1.6;
constexpr double kHighestFactor = 8;
constexpr double kOverFactor = 1.2;

// A release changes the rate of a code by up to this; what is more is taken for an outage, for a
// week.
constexpr double kReleaseFactor = 5;
constexpr double kOutageHours = 168;

// A level that was known for as long as this is usual: a return to it is no rise, even if it is the
// higher one.
constexpr float kUsualHours = 72;
constexpr float kApart = 1.6F;
constexpr double kReturnShare = 1.5;    // of the threshold, for a return to the lower level
constexpr float kLevelHoursBack = 168;  // how well the level is known after a return

}  // namespace

void ScaleLevel(double ratio, SeriesState* state) {
  if (state->phase == SeriesPhase::kNew) return;
  state->level *= static_cast<float>(ratio);
  state->other_level = state->other_level * static_cast<float>(ratio);
}

RiseSoFar SeriesModel::RiseOf(const SeriesState& state) const {
  if (state.phase > SeriesPhase::kQuiet) return {state.rise.events, state.rise.expected};
  if (state.change_point_count == 0) return {};
  const BestChangePoint best = BestChangePointOf(state);
  return {best.events + std::max(0.0F, float{state.uncounted}), best.base * FactorOf(state)};
}

double SeriesModel::Score(const SeriesState& state) const {
  if (state.phase > SeriesPhase::kQuiet) return RiseLlr(state) / threshold_;
  if (state.change_point_count == 0) return 0;  // a new series has none
  return BestChangePointOf(state).llr / threshold_;
}

double SeriesModel::RiseLlr(const SeriesState& state) const {
  const Rise& rise = state.rise;
  const double drift = DriftOf(state).After(rise.expected / FactorOf(state));
  return LogLikelihoodRatio(rise.events, kMinFactor * rise.expected, state.vmr, drift);
}

bool SeriesModel::IsWithin(double factor, const SeriesState& state) const {
  const Rise& rise = state.rise;
  return LogLikelihoodRatio(rise.recent_events, factor * rise.recent_expected, state.vmr, 0) <
         threshold_;
}

void SeriesModel::Join(SeriesState* state) const {
  const double factor = FactorOf(*state);
  BeginRise(BestChangePointOf(*state).llr,
            DispersionOf(*state, state->level * factor, ticks_per_hour_), state);
  state->phase = SeriesPhase::kJoined;
}

void SeriesModel::BeginRise(double llr, const Dispersion& dispersion, SeriesState* state) const {
  const double factor = FactorOf(*state);
  const float uncounted = std::max(0.0F, float{state->uncounted});
  // The start is found without the growth of the drift, which only an alarm needs.
  const BestChangePoint from = FindBestChangePoint(*state, static_cast<float>(factor), dispersion,
                                                   {.now = DriftOf(*state).now});
  const ChangePoints change_points = state->change_points;
  for (size_t i = 0; i < from.index; ++i) Learn(change_points.stretches[i], state);
  state->change_point_count = 0;
  state->suspect = false;
  state->phase = SeriesPhase::kLoop;
  Rise rise = {};
  rise.start = from.start;
  rise.quiet_since = state->tick + 1;
  rise.events = rise.recent_events = static_cast<float>(from.events) + uncounted;
  rise.expected = rise.recent_expected = static_cast<float>(from.base * factor);
  rise.score = static_cast<float>(llr / threshold_);
  state->rise = rise;
  Classify(state);
  state->hour_rose = 1;
}

void SeriesModel::WatchRise(const TickInput& input, float base, float silent_base,
                            SeriesState* state) const {
  Rise& rise = state->rise;
  const float factor = static_cast<float>(FactorOf(*state));
  const float events = static_cast<float>(input.events);
  const float expected = (base + silent_base) * factor;
  const float kept = std::pow(recent_fading_, static_cast<float>(input.tick - state->tick));
  rise.events += events;
  rise.expected += expected;
  CountInHour(events, expected, input.tick - state->tick, state);
  state->hour_rose = 1;
  rise.recent_events = rise.recent_events * kept + events;
  rise.recent_expected = rise.recent_expected * kept + expected;
  rise.score = std::max(rise.score, static_cast<float>(RiseLlr(*state) / threshold_));
  state->sessions |= input.sessions;
  Classify(state);
  // A sequential test of "it is over" (rate `low`) against "it goes on" (rate `high`).
  const double recent = rise.recent_events / rise.recent_expected / kWander;
  const double high = std::clamp(rise.events / rise.expected / kWander, kLowestFactor,
                                 std::max(kHighestFactor, recent));
  const double low = kOverFactor;
  const double gain = ((high - low) * expected - events * std::log(high / low)) / state->vmr;
  rise.end_llr = std::clamp(rise.end_llr + static_cast<float>(gain), 0.0F, kEndLlrMax);
  if (rise.end_llr == 0) rise.quiet_since = input.tick + 1;
  if (rise.end_llr >= kEndLlr && input.tick + 1 - rise.quiet_since >= resolve_ticks_) {
    EndRise(false, state);
  } else if (IsNewLevel(input.tick, rise)) {
    EndRise(true, state);
  }
}

bool SeriesModel::IsNewLevel(uint32_t tick, const Rise& rise) const {
  const double lasted = tick + 1 - rise.start;
  if (lasted < rebaseline_ticks_) return false;
  return rise.events <= kReleaseFactor * rise.expected || lasted >= kOutageHours * ticks_per_hour_;
}

bool SeriesModel::IsReturn(const SeriesState& state, const BestChangePoint& best) const {
  if (state.other_level <= state.level) return false;
  const double expected = kMinFactor * best.base * state.other_level / state.level;
  return LogLikelihoodRatio(best.events, expected, state.vmr, 0) < threshold_;
}

void SeriesModel::WatchReturn(double events, double expected, SeriesState* state) const {
  if (state->other_level <= 0 || state->other_level >= state->level) return;
  const double ratio = state->other_level / state->level;
  const double gain = (events * std::log(ratio) + (1 - ratio) * expected) / state->vmr;
  state->back_llr = std::max(state->back_llr + static_cast<float>(gain), 0.0F);
  // It is looked for at any time while rates wander, so it takes more than an alarm.
  if (state->back_llr >= kReturnShare * threshold_) SwapLevels(state);
}

void SeriesModel::SwapLevels(SeriesState* state) {
  const float left = state->level;
  state->level = state->other_level;
  // A level that did not last was an outage, or a try.
  state->other_level = state->level_hours >= kUsualHours ? left : 0.0F;
  state->level_hours = kLevelHoursBack;
  ResetFactor(state);
  Drop(state);
}

void SeriesModel::Classify(SeriesState* state) const {
  if (state->phase == SeriesPhase::kJoined && state->rise.score < 1) return;
  if (absl::popcount(state->sessions) >= static_cast<int>(settings_.min_sessions)) {
    state->phase = SeriesPhase::kSpike;
  }
}

void SeriesModel::Drop(SeriesState* state) {
  state->change_points = ChangePoints{};
  state->change_point_count = 0;
  state->sessions = 0;
  state->uncounted = 0;
  state->back_llr = 0;
  state->suspect = false;
  if (state->phase > SeriesPhase::kQuiet) state->phase = SeriesPhase::kQuiet;
}

void SeriesModel::EndRise(bool rebaseline, SeriesState* state) const {
  state->adopted = rebaseline;
  if (rebaseline) {
    const Rise& rise = state->rise;
    // One level is kept beside the new one: the one that was usual.
    if (state->other_level <= 0 || state->level_hours >= kUsualHours) {
      state->other_level = state->level;
    }
    state->level *= rise.events / rise.expected * static_cast<float>(FactorOf(*state));
    // Levels this close cannot be distinguished while rates wander.
    if (state->level < kApart * state->other_level) state->other_level = 0;
    state->level_hours = 1;
    ResetFactor(state);
    state->hour_events = 0;
    state->hour_expected = 0;
    state->hour_ticks = 0;
  }
  Drop(state);
}

}  // namespace gmewatch
