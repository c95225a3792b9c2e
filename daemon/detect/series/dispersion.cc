#include "daemon/detect/series/dispersion.h"

#include <algorithm>
#include <cmath>

namespace gmewatch {
namespace {

// The prior weighs as much as kPriorEvents events; the running mean remembers at most
// kMemoryEvents.
constexpr double kPriorEvents = 30;
constexpr double kMemoryEvents = 4000;
// The highest growth in one tick: the first one of a burst must not hide the rest of it.
constexpr double kGrowthPerTick = 1.5;

}  // namespace

Dispersion Dispersion::OfFirstTicks(float events, float squares, float ticks) {
  const float vmr = squares / events - events / ticks;
  // A few ticks may have varied too little by chance, so the estimate is raised by two standard
  // errors; later ticks lower it.
  const float doubt = 1 + 2 * std::sqrt(2 / ticks);
  Dispersion first;
  first.vmr_ = std::max(1.0F, doubt * vmr);
  return first;
}

void Dispersion::Learn(const WatchedTick& tick, double drift, double known_ticks) {
  const double vmr = vmr_;
  const double expected = tick.expected;
  // Outliers are clipped.
  const double highest = expected + 5 * std::sqrt(static_cast<float>(vmr * expected)) + 8 * vmr;
  const double off = std::min(tick.events, highest) - expected;
  const double ticks_an_event = 1 / expected;
  // (x - m)^2 / m, less the part that is due to the error of m itself.
  const double square = off * off * ticks_an_event - drift * expected;
  const double ticks_for_event = std::max(2.0, ticks_an_event);
  const double memory =
      kPriorEvents * ticks_for_event + std::min(known_ticks, kMemoryEvents * ticks_for_event);
  const double ticks = tick.silent_ticks + 1;
  // A tick without events adds (0 - m)^2 / m = m.
  const double moved = vmr + (tick.silent_expected + square - ticks * vmr) / (memory + ticks);
  vmr_ = static_cast<float>(std::clamp(moved, 1.0, kGrowthPerTick * vmr));
}

bool Dispersion::IsSound() const { return std::isfinite(vmr_) && vmr_ >= 1; }

}  // namespace gmewatch
