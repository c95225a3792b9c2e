// The half of SeriesModel that watches a rise: from its first evidence until it is over or normal.
#include <algorithm>
#include <cmath>

#include "absl/numeric/bits.h"
#include "daemon/detect/candidates.h"
#include "daemon/detect/evidence.h"
#include "daemon/detect/series_model.h"

namespace gmewatch {
namespace {

// Evidence, in nats, that a rise is over; beyond the cap more of it would only delay the return.
constexpr float kEndEvidence = 6;
constexpr float kEndEvidenceCap = 9;

// A rise is over when the rate is nearer to what was expected than this power of its factor.
constexpr double kEndPower = 0.5;

// Rises (a fading count: two in three weeks keep it here) that are no habit yet, and the least that
// each more of them must exceed those before.
constexpr double kUsualRises = 3;
constexpr double kLeastRiseSize = 0.3;

}  // namespace

double HabitOf(const SeriesState& state) {
  // Sizes beyond the threshold taken for a Pareto tail: the one that is reached so seldom.
  const double often = std::max(1.0, state.rises / kUsualRises);
  return std::pow(often, std::max<double>(state.rise_size, kLeastRiseSize));
}

double SeriesModel::RiseEvidence(const SeriesState& state) const {
  const Rise& rise = state.rise;
  const double drift = DriftOf(state).After(rise.expected / FactorOf(state));
  return Evidence(rise.events, rise.expected, state.vmr, drift);
}

void SeriesModel::BeginRise(const BestStart& best, const Spread& spread, SeriesState* state) const {
  const double factor = FactorOf(*state);
  // Clumps smaller than is usual do not take away from what was counted.
  const float uncounted = std::max(0.0F, float{state->uncounted});
  if (best.events + uncounted - best.base * factor < settings_.min_excess_events) return;
  // When it began is asked without the doubt that an alarm needs about a longer past.
  const BestStart from =
      FindBestStart(*state, static_cast<float>(factor), spread, {.now = DriftOf(*state).now});
  const Candidates candidates = state->candidates;
  for (size_t i = 0; i < from.index; ++i) Learn(candidates.stretches[i], state);
  state->candidate_count = 0;
  state->suspect = false;
  state->phase = SeriesPhase::kHabit;
  Rise rise = {};
  rise.start = from.start;
  rise.quiet_since = state->tick + 1;
  rise.events = rise.recent_events = static_cast<float>(from.events) + uncounted;
  rise.expected = rise.recent_expected = static_cast<float>(from.base * factor);
  rise.score = static_cast<float>(best.evidence / threshold_);
  state->rise = rise;
  Judge(state);
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
  rise.score = std::max(rise.score, static_cast<float>(RiseEvidence(*state) / threshold_));
  state->sessions |= input.sessions;
  Judge(state);
  // A sequential test of "it fell back" against "it goes on".
  const double high = std::max<double>(rise.events / rise.expected, kLeastFactor);
  const double low = std::pow(high, kEndPower);
  const double gain = ((high - low) * expected - events * std::log(high / low)) / state->vmr;
  rise.end_evidence =
      std::clamp(rise.end_evidence + static_cast<float>(gain), 0.0F, kEndEvidenceCap);
  if (rise.end_evidence == 0) rise.quiet_since = input.tick + 1;
  if (rise.end_evidence >= kEndEvidence && input.tick + 1 - rise.quiet_since >= hold_ticks_) {
    EndRise(false, state);
  } else if (input.tick + 1 - rise.start >= adopt_ticks_) {
    EndRise(true, state);
  }
}

void SeriesModel::Judge(SeriesState* state) const {
  if (state->phase == SeriesPhase::kHabit && state->rise.score < HabitOf(*state)) return;
  const bool many = absl::popcount(state->sessions) >= static_cast<int>(settings_.min_sessions);
  if (many) {
    state->phase = SeriesPhase::kSpike;
  } else if (state->phase == SeriesPhase::kHabit) {
    state->phase = SeriesPhase::kLoop;
  }
}

void SeriesModel::EndRise(bool adopt, SeriesState* state) const {
  state->rises = state->rises + 1;
  const float size = state->rise_size;
  state->rise_size = size + (std::log(state->rise.score) - size) / state->rises;
  if (adopt) {
    const Rise& rise = state->rise;
    state->level *= std::max(rise.recent_events, 0.5F) / rise.recent_expected *
                    static_cast<float>(FactorOf(*state));
    ForgetFactor(state);
    state->hour_events = 0;
    state->hour_expected = 0;
    state->hour_ticks = 0;
  }
  state->candidates = Candidates{};
  state->candidate_count = 0;
  state->sessions = 0;
  state->uncounted = 0;
  state->phase = SeriesPhase::kQuiet;
}

}  // namespace gmewatch
