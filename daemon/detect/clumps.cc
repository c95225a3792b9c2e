#include "daemon/detect/clumps.h"

#include <algorithm>
#include <cmath>

#include "daemon/detect/season.h"

namespace gmewatch {
namespace {

// Clumps a tick, on the mean, below which few ticks have two of them.
constexpr float kSparse = 0.2F;
// Below this there are single events, not clumps.
constexpr float kLeastClump = 1.02F;

// Clumps beyond this times the variance-to-mean ratio are rare.
constexpr double kUsualClump = 4;

// Clumps that the first guess counts for, and those that are remembered.
constexpr double kClumpsPrior = 30;
constexpr double kClumpsMemory = 1000;

bool IsSparse(const SeriesState& state) { return state.level < kSparse * state.clump; }

}  // namespace

float ClumpOfVariance(float vmr) { return vmr > 1.001F ? (vmr - 1) / std::log(vmr) : 1.0F; }

bool CountsClumps(const SeriesState& state) {
  return state.clump > kLeastClump && IsSparse(state) &&
         state.level_hours >= static_cast<float>(kHoursPerWeek);
}

ClumpedTick ClumpedTickOf(const SeriesState& state, double expected) {
  const double clumps = expected / state.clump;
  const double empty = std::exp(-clumps);
  const double events = clumps < 1e-4 ? double{state.clump} : expected / (1 - empty);
  return {events, std::clamp(events * empty, 1.0, double{state.vmr})};
}

double CountedEvents(const SeriesState& state, const ClumpedTick& clumped, double events) {
  if (events == 0) return 0;
  return clumped.events + std::max(0.0, events - kUsualClump * state.vmr);
}

void LearnClump(double expected, double events, double ticks_per_hour, SeriesState* state) {
  if (!IsSparse(*state)) return;
  const double clumps = state->level_hours * ticks_per_hour * state->level / state->clump;
  const double memory = std::clamp(clumps, kClumpsPrior, kClumpsMemory);
  // A tick has more than one of them now and then.
  const double in_tick = ClumpedTickOf(*state, expected).events / state->clump;
  const double size = std::min(events, kUsualClump * state->vmr) / in_tick;
  state->clump = static_cast<float>(std::max(1.0, state->clump + (size - state->clump) / memory));
}

}  // namespace gmewatch
