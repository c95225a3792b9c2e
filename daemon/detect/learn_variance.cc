#include "daemon/detect/learn_variance.h"

#include <algorithm>
#include <cmath>

namespace gmewatch {
namespace {

// The prior of the dispersion weighs as much as kVmrPriorEvents events; the running mean remembers
// at most kVmrMemoryEvents.
constexpr double kVmrPriorEvents = 30;
constexpr double kVmrMemoryEvents = 4000;
// Caps on the dispersion's growth: in one tick, and since the oldest change point.
constexpr double kVmrGrowthPerTick = 1.5;
constexpr double kVmrGrowthPerRise = 2.5;

}  // namespace

void LearnVariance(const WatchedTick& tick, double ticks_per_hour, SeriesState* state) {
  const double vmr = state->vmr;
  const double expected = tick.expected;
  // Outliers are clipped.
  const double highest = expected + 5 * std::sqrt(static_cast<float>(vmr * expected)) + 8 * vmr;
  const double off = std::min(tick.events, highest) - expected;
  const double ticks_an_event = 1 / expected;
  // (x - m)^2 / m, less the part that is due to the error of m itself.
  const double square = off * off * ticks_an_event - state->drift * expected;
  const double ticks_for_event = std::max(2.0, ticks_an_event);
  const double watched = state->level_hours * ticks_per_hour;
  const double memory =
      kVmrPriorEvents * ticks_for_event + std::min(watched, kVmrMemoryEvents * ticks_for_event);
  const double ticks = tick.silent_ticks + 1;
  // A tick without events adds (0 - m)^2 / m = m.
  const double moved = vmr + (tick.silent_expected + square - ticks * vmr) / (memory + ticks);
  // The first tick of a burst must not hide the rest of the burst, nor the first ticks of a steady
  // rise those that follow.
  const double highest_vmr = std::min(
      kVmrGrowthPerTick * vmr, std::max(vmr, kVmrGrowthPerRise * state->change_points.vmr_before));
  state->vmr = static_cast<float>(std::clamp(moved, 1.0, highest_vmr));
}

}  // namespace gmewatch
