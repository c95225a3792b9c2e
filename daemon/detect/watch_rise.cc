// The part of SeriesModel that follows a rise until it is over or has become the new level.
#include <algorithm>
#include <cmath>

#include "absl/numeric/bits.h"
#include "daemon/detect/change_points.h"
#include "daemon/detect/likelihood_ratio.h"
#include "daemon/detect/series_model.h"

namespace gmewatch {
namespace {

// The log-likelihood ratio, in nats, at which a rise is over. It is capped: more would only delay
// the detection of a second rise.
constexpr float kEndLlr = 6;
constexpr float kEndLlrMax = 9;

// "It is over" means that the rate is the expected rate times this power of the rise's factor.
constexpr double kEndPower = 0.5;

// Past rises (a fading count; one in two weeks keeps it here) that do not raise the required score
// yet, and the lowest mean logarithm of their scores that is assumed.
constexpr double kRisesFree = 3;
constexpr double kRiseSizeMin = 0.3;

}  // namespace

double RequiredScore(const SeriesState& state) {
  // Scores of rises are taken for a Pareto tail, P(score > s) = s^(-1 / rise_size). This is the
  // score that only kRisesFree of the past `rises` exceed.
  const double often = std::max(1.0, state.rises / kRisesFree);
  return std::pow(often, std::max<double>(state.rise_size, kRiseSizeMin));
}

double SeriesModel::RiseLlr(const SeriesState& state) const {
  const Rise& rise = state.rise;
  const double drift = DriftOf(state).After(rise.expected / FactorOf(state));
  return LogLikelihoodRatio(rise.events, kMinFactor * rise.expected, state.vmr, drift);
}

void SeriesModel::BeginRise(const BestChangePoint& best, const Dispersion& dispersion,
                            SeriesState* state) const {
  const double factor = FactorOf(*state);
  // Clumps smaller than the mean do not reduce the events.
  const float uncounted = std::max(0.0F, float{state->uncounted});
  if (best.events + uncounted - best.base * factor < settings_.min_excess_events) return;
  // The start is found without the growth of the drift, which only an alarm needs.
  const BestChangePoint from = FindBestChangePoint(*state, static_cast<float>(factor), dispersion,
                                                   {.now = DriftOf(*state).now});
  const ChangePoints change_points = state->change_points;
  for (size_t i = 0; i < from.index; ++i) Learn(change_points.stretches[i], state);
  state->change_point_count = 0;
  state->suspect = false;
  state->phase = SeriesPhase::kCommonRise;
  Rise rise = {};
  rise.start = from.start;
  rise.quiet_since = state->tick + 1;
  rise.events = rise.recent_events = static_cast<float>(from.events) + uncounted;
  rise.expected = rise.recent_expected = static_cast<float>(from.base * factor);
  rise.score = static_cast<float>(best.llr / threshold_);
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
  const double high = std::max<double>(rise.events / rise.expected, kMinFactor);
  const double low = std::pow(high, kEndPower);
  const double gain = ((high - low) * expected - events * std::log(high / low)) / state->vmr;
  rise.end_llr = std::clamp(rise.end_llr + static_cast<float>(gain), 0.0F, kEndLlrMax);
  if (rise.end_llr == 0) rise.quiet_since = input.tick + 1;
  if (rise.end_llr >= kEndLlr && input.tick + 1 - rise.quiet_since >= resolve_ticks_) {
    EndRise(false, state);
  } else if (input.tick + 1 - rise.start >= rebaseline_ticks_) {
    EndRise(true, state);
  }
}

void SeriesModel::Classify(SeriesState* state) const {
  if (state->phase == SeriesPhase::kCommonRise && state->rise.score < RequiredScore(*state)) return;
  const bool many = absl::popcount(state->sessions) >= static_cast<int>(settings_.min_sessions);
  if (many) {
    state->phase = SeriesPhase::kSpike;
  } else if (state->phase == SeriesPhase::kCommonRise) {
    state->phase = SeriesPhase::kLoop;
  }
}

void SeriesModel::EndRise(bool rebaseline, SeriesState* state) const {
  state->rises = state->rises + 1;
  const float size = state->rise_size;
  state->rise_size = size + (std::log(state->rise.score) - size) / state->rises;
  if (rebaseline) {
    const Rise& rise = state->rise;
    state->level *= std::max(rise.recent_events, 0.5F) / rise.recent_expected *
                    static_cast<float>(FactorOf(*state));
    ResetFactor(state);
    state->hour_events = 0;
    state->hour_expected = 0;
    state->hour_ticks = 0;
  }
  state->change_points = ChangePoints{};
  state->change_point_count = 0;
  state->sessions = 0;
  state->uncounted = 0;
  state->phase = SeriesPhase::kQuiet;
}

}  // namespace gmewatch
