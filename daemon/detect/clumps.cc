#include "daemon/detect/clumps.h"

#include <algorithm>
#include <cmath>

#include "daemon/detect/season.h"

namespace gmewatch {
namespace {

// Clumps a tick, on the mean, below which few ticks have two of them; and how much farther the
// level must go to change what is counted.
constexpr float kSparse = 0.2F;
constexpr float kSparseMargin = 1.1F;
// Below this there are single events, not clumps.
constexpr float kLeastClump = 1.13F;

// Clumps beyond this times the variance-to-mean ratio are rare; of the events beyond it so many
// (times the ratio) count as one.
constexpr double kUsualClump = 4;
constexpr double kRareEvents = 2;

// Events that tell a sparse series from one with clumps that has not shown any yet.
constexpr double kVmrEvents = 100;

// Clumps that the first guess counts for, and those that are remembered.
constexpr double kClumpsPrior = 30;
constexpr double kClumpsMemory = 1000;

bool IsSparse(const SeriesState& state) {
  const float margin = state.counts_clumps ? kSparseMargin : 1 / kSparseMargin;
  return state.level < kSparse * margin * state.clump;
}

// Those that the level was learned from.
double KnownEvents(const SeriesState& state, double ticks_per_hour) {
  return state.level_hours * ticks_per_hour * state.level;
}

// Of a tick that has any.
double EventsOfTick(double clump, double expected) {
  return expected < 1e-4 * clump ? clump : expected / -std::expm1(-expected / clump);
}

}  // namespace

float ClumpOfVariance(float vmr) { return vmr > 1.001F ? (vmr - 1) / std::log(vmr) : 1.0F; }

bool ShouldCountClumps(const SeriesState& state) {
  return state.clump > kLeastClump && IsSparse(state) &&
         KnownHours(state) >= static_cast<float>(kHoursPerWeek);
}

Spread SpreadOf(const SeriesState& state, double expected, double ticks_per_hour) {
  if (!state.counts_clumps) {
    const bool hardly_known = KnownEvents(state, ticks_per_hour) < kVmrEvents && IsSparse(state);
    return {.vmr = hardly_known ? std::max(kVmrAtFirst, state.vmr) : state.vmr};
  }
  // Ticks that have any are binomial: their variance is that of the others' share.
  return {.vmr = std::exp(-expected / state.clump), .unit = EventsOfTick(state.clump, expected)};
}

double CountedEvents(const SeriesState& state, const Spread& spread, double events) {
  if (events == 0 || !IsSparse(state)) return events;
  const double rare = std::max(0.0, events - kUsualClump * state.vmr);
  const double usual = state.counts_clumps ? spread.unit : events - rare;
  return usual + rare / (kRareEvents * state.vmr);
}

void LearnClump(double expected, double events, double ticks_per_hour, SeriesState* state) {
  // Well beyond what counts as sparse: a size that was guessed too large must not make it so.
  if (state->level > state->clump) return;
  const double clumps = KnownEvents(*state, ticks_per_hour) / state->clump;
  const double memory = std::clamp(clumps, kClumpsPrior, kClumpsMemory);
  // A tick has more than one of them now and then.
  const double in_tick = EventsOfTick(state->clump, expected) / state->clump;
  const double size = std::min(events, kUsualClump * state->vmr) / in_tick;
  state->clump = static_cast<float>(std::max(1.0, state->clump + (size - state->clump) / memory));
}

}  // namespace gmewatch
