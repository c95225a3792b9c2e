#include "daemon/detect/clumps.h"

#include <algorithm>
#include <cmath>

#include "daemon/detect/season.h"

namespace gmewatch {
namespace {

// A series is sparse below this mean number of clumps a tick: few ticks have two then. The margin
// is a hysteresis, so that a series near the limit does not switch back and forth.
constexpr float kSparse = 0.2F;
constexpr float kSparseMargin = 1.1F;
// Below this mean size the events are counted one by one.
constexpr float kClumpMin = 1.13F;

// Events of a tick beyond kRareClump * vmr are more than a plausible clump; kRareDivisor * vmr of
// them count as one event.
constexpr double kRareClump = 4;
constexpr double kRareDivisor = 2;

// Known events from which on a sparse series' own vmr is used below kVmrPrior: with fewer, clumps
// may not have shown yet.
constexpr double kVmrEvents = 100;

// The prior mean size weighs as much as this many clumps; the mean remembers at most the second
// number.
constexpr double kClumpPriorClumps = 30;
constexpr double kClumpMemoryClumps = 1000;

bool IsSparse(const SeriesState& state) {
  const float margin = state.counts_clumps ? kSparseMargin : 1 / kSparseMargin;
  return state.level < kSparse * margin * state.clump;
}

// Events that the level was learned from.
double KnownEvents(const SeriesState& state, double ticks_per_hour) {
  return state.level_hours * ticks_per_hour * state.level;
}

// Expected events of a tick that has at least one.
double EventsOfTick(double clump, double expected) {
  return expected < 1e-4 * clump ? clump : expected / -std::expm1(-expected / clump);
}

}  // namespace

float ClumpOfVariance(float vmr) { return vmr > 1.001F ? (vmr - 1) / std::log(vmr) : 1.0F; }

bool ShouldCountClumps(const SeriesState& state) {
  return state.clump > kClumpMin && IsSparse(state) &&
         KnownHours(state) >= static_cast<float>(kHoursPerWeek);
}

Dispersion DispersionOf(const SeriesState& state, double expected, double ticks_per_hour) {
  if (!state.counts_clumps) {
    const bool few_known = KnownEvents(state, ticks_per_hour) < kVmrEvents && IsSparse(state);
    return {.vmr = few_known ? std::max(kVmrPrior, state.vmr) : state.vmr};
  }
  // The number of ticks with events is binomial: variance / mean is the share of empty ticks.
  return {.vmr = std::exp(-expected / state.clump), .unit = EventsOfTick(state.clump, expected)};
}

double CountedEvents(const SeriesState& state, const Dispersion& dispersion, double events) {
  if (events == 0 || !IsSparse(state)) return events;
  const double rare = std::max(0.0, events - kRareClump * state.vmr);
  const double plausible = state.counts_clumps ? dispersion.unit : events - rare;
  return plausible + rare / (kRareDivisor * state.vmr);
}

void LearnClump(double expected, double events, double ticks_per_hour, SeriesState* state) {
  // This limit is far above that of a sparse series, so that a size that is too large can still be
  // corrected.
  if (state->level > state->clump) return;
  const double clumps = KnownEvents(*state, ticks_per_hour) / state->clump;
  const double memory = std::clamp(clumps, kClumpPriorClumps, kClumpMemoryClumps);
  // Expected clumps of a tick that has any.
  const double in_tick = EventsOfTick(state->clump, expected) / state->clump;
  const double size = std::min(events, kRareClump * state->vmr) / in_tick;
  state->clump = static_cast<float>(std::max(1.0, state->clump + (size - state->clump) / memory));
}

}  // namespace gmewatch
