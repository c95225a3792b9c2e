#include "daemon/detect/evidence.h"

#include <algorithm>
#include <cmath>

namespace gmewatch {
namespace {

constexpr double kSecondsPerWeek = 604'800;

// Nearer to it than this the (negative) binomial is a Poisson, and its own form loses its digits.
constexpr double kPoissonUpTo = 1e-4;

}  // namespace

double Evidence(double count, double expected, double vmr, double drift) {
  if (count <= expected) return 0;
  const double over = vmr - 1 + drift * expected;  // the variance is expected * (1 + over)
  const double log_ratio = std::log(count / expected);
  const double poisson = count * log_ratio - (count - expected);
  if (std::abs(over) < kPoissonUpTo) return poisson;
  const double size = expected / over;
  // A binomial has -size trials: a larger count says no less than that each of them was a hit.
  if (over < 0 && count >= -size) return std::max(poisson, size * std::log(-expected / size));
  return count * log_ratio - (count + size) * std::log((count + size) / (expected + size));
}

double Threshold(double series, double tick_seconds, double per_week) {
  const double looks = std::max(series, 1.0) * kSecondsPerWeek / tick_seconds;
  // A look reaches h by chance some exp(-h) times; that looks that follow each other see nearly the
  // same counts makes up for the starts that each may choose from (tests/bench/detect).
  return std::log(looks / per_week);
}

}  // namespace gmewatch
