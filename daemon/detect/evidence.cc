#include "daemon/detect/evidence.h"

#include <algorithm>
#include <cmath>

namespace gmewatch {
namespace {

constexpr double kSecondsPerWeek = 604'800;

// A look reaches h by chance some exp(-h) times, but looks that follow each other see nearly the
// same counts; by simulation (tests/bench/detect).
constexpr double kAlarmsByChance = 0.5;

// Nearer to it than this the (negative) binomial is a Poisson, and its own form loses its digits.
constexpr double kPoissonUpTo = 1e-4;

}  // namespace

double Evidence(double count, double expected, double vmr, double drift) {
  if (count <= expected) return 0;
  const double over = vmr - 1 + drift * expected;  // the variance is expected * (1 + over)
  const double log_ratio = std::log(count / expected);
  if (std::abs(over) < kPoissonUpTo) return count * log_ratio - (count - expected);
  const double size = expected / over;
  // A binomial of -size trials; of more than those nothing is told but how many they are.
  if (over < 0 && count >= -size) return count * log_ratio;
  return count * log_ratio - (count + size) * std::log((count + size) / (expected + size));
}

double Threshold(double series, double tick_seconds, double per_week) {
  const double looks = std::max(series, 1.0) * kSecondsPerWeek / tick_seconds;
  return std::log(kAlarmsByChance * looks / per_week);
}

}  // namespace gmewatch
