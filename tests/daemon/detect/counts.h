// Seeded counts, the same on every machine: the standard library's distributions are not.
//
// Thread safety: none. Means up to some thousands: a count takes time in proportion to its mean.
#ifndef GMEWATCH_TESTS_DAEMON_DETECT_COUNTS_H_
#define GMEWATCH_TESTS_DAEMON_DETECT_COUNTS_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace gmewatch {

class Counts {
 public:
  explicit Counts(uint64_t seed) : state_(seed) {}

  // Between 0 and 1, neither of them (SplitMix64).
  double Uniform() {
    uint64_t bits = (state_ += 0x9E3779B97F4A7C15U);
    bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
    bits ^= bits >> 31U;
    return (static_cast<double>(bits >> 11U) + 0.5) / 9007199254740992.0;
  }

  uint64_t Poisson(double mean) {
    uint64_t count = 0;
    for (; mean > 0; mean -= kPoissonMeanMax) {
      const double floor = std::exp(-std::min(mean, kPoissonMeanMax));
      for (double product = Uniform(); product > floor; product *= Uniform()) ++count;
    }
    return count;
  }

  // With a variance of mean * vmr; vmr above 1.
  uint64_t NegativeBinomial(double mean, double vmr) {
    return Poisson(Gamma(mean / (vmr - 1)) * (vmr - 1));
  }

 private:
  static constexpr double kPoissonMeanMax = 32;

  double Normal() {
    const double radius = std::sqrt(-2 * std::log(Uniform()));
    return radius * std::cos(2 * std::numbers::pi * Uniform());
  }

  // Scale 1 (Marsaglia, Tsang 2000).
  double Gamma(double shape) {
    if (shape < 1) return Gamma(shape + 1) * std::pow(Uniform(), 1 / shape);
    const double d = shape - 1.0 / 3;
    while (true) {
      const double x = Normal();
      const double v = std::pow(1 + x / std::sqrt(9 * d), 3);
      if (v > 0 && std::log(Uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
    }
  }

  uint64_t state_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_DETECT_COUNTS_H_
