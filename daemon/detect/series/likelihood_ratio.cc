#include "daemon/detect/series/likelihood_ratio.h"

#include <algorithm>
#include <cmath>

namespace gmewatch {
namespace {

constexpr double kSecondsPerWeek = 604'800;

// If variance / mean exceeds 1 by less than this, the Poisson formula is used: the negative
// binomial one loses all digits there.
constexpr double kPoissonUpTo = 1e-4;

// The precision relative to the excess of a count: where many events are expected, a small excess
// decides.
constexpr double kCountPrecision = 1e-5;

}  // namespace

double LogLikelihoodRatio(double count, double expected, double vmr, double drift) {
  if (count <= expected) return 0;
  const double over = vmr - 1 + drift * expected;  // the variance is expected * (1 + over)
  const double log_ratio = std::log(count / expected);
  if (over < kPoissonUpTo) return count * log_ratio - (count - expected);
  const double size = expected / over;
  return count * log_ratio - (count + size) * std::log((count + size) / (expected + size));
}

double CountAt(double llr, double count, double expected, double vmr, double drift) {
  const double excess = std::max(0.0, count - expected);
  // The ratio is at most the square of the excess over twice the variance, which is cheaper.
  if (expected <= 0 || excess * excess <= 2 * llr * expected * vmr) return count;
  if (LogLikelihoodRatio(count, expected, vmr, drift) <= llr) return count;
  double low = expected;
  double high = count;
  while (high - low > kCountPrecision * (high - expected)) {
    const double middle = (low + high) / 2;
    (LogLikelihoodRatio(middle, expected, vmr, drift) > llr ? high : low) = middle;
  }
  return high;
}

double Threshold(double series, double tick_seconds, double per_week) {
  const double tests = std::max(series, 1.0) * kSecondsPerWeek / tick_seconds;
  // A single test reaches h by chance with probability of about exp(-h). Each test takes the
  // maximum over several change points, but consecutive tests share most of their counts; the two
  // effects cancel (tests/evaluation).
  return std::log(tests / per_week);
}

}  // namespace gmewatch
