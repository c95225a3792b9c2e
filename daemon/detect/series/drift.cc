#include "daemon/detect/series/drift.h"

#include <cmath>

namespace gmewatch {
namespace {

// The running mean remembers at most kHoursMax hours; the prior weighs as much as kPriorHours.
constexpr double kHoursMax = 200;
constexpr double kPriorHours = 6;
constexpr double kLowest = 1e-4;
constexpr double kHighest = 1;

// Growth over an hour until the rhythm is known.
constexpr double kUntrusted = 0.03F;
// A small drift is wandering, for which kMinFactor allows already; from this on all of it counts.
constexpr double kWhole = 0.05;

}  // namespace

void Drift::Learn(double events, double expected, double vmr, double known_hours) {
  // The mean of ((x - m) / m)^2 - vmr / m.
  const double chance = vmr / expected;
  const double off = (events - expected) / expected;
  // An hour with few expected events says little.
  const double weight = std::pow(1 + chance / squared_, -2);
  // Outliers are clipped at three standard deviations.
  const double highest = 9 * (squared_ + chance);
  const double drift = std::min(off * off, highest) - chance;
  const double hours = std::min(known_hours, kHoursMax);
  const double moved = squared_ + weight * (drift - squared_) / (kPriorHours + hours * weight);
  squared_ = static_cast<float>(std::clamp(moved, kLowest, kHighest));
}

ExpectationError Drift::Error(double of_level, double hour, bool rhythm_is_known) const {
  ExpectationError error = {.now = squared_ * std::min(1.0, squared_ / kWhole) + of_level};
  if (!rhythm_is_known) {
    error.growth = kUntrusted / hour;
    error.base_max = hour;
  }
  return error;
}

bool Drift::IsSound() const { return std::isfinite(squared_) && squared_ > 0; }

}  // namespace gmewatch
