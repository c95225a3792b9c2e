// Seeded random numbers and counts for tests, benchmarks and the evaluation of the detector. A seed
// gives the same numbers on every machine with the same libm; the standard library's distributions
// do not promise that.
//
// Thread safety: none. Every draw is exact up to the precision of a double; counts are never
// approximated by a normal distribution.
#ifndef GMEWATCH_TESTS_SUPPORT_RANDOM_H_
#define GMEWATCH_TESTS_SUPPORT_RANDOM_H_

#include <array>
#include <cstdint>
#include <vector>

namespace gmewatch {

// Mixes a seed with the number of a stream, so that small seeds that are close to each other give
// unrelated streams.
uint64_t MixSeed(uint64_t seed, uint64_t stream);

// ln(n!), also between whole numbers. REQUIRES: n >= 0.
double LogFactorial(double n);

// xoshiro256++ (Blackman and Vigna, 2019), seeded by splitmix64.
class Random {
 public:
  explicit Random(uint64_t seed);

  uint64_t Bits();
  double Uniform() {  // above 0, below 1
    return (static_cast<double>(Bits() >> 11) + 0.5) * 0x1p-53;
  }
  double Uniform(double low, double high) { return low + (high - low) * Uniform(); }
  int64_t Integer(int64_t low, int64_t high);  // both included

  double Normal();                // Marsaglia's polar method
  double Gamma(double shape);     // scale 1; Marsaglia and Tsang, 2000
  uint64_t Poisson(double mean);  // Hoermann's PTRS, 1993; below 10 the product of uniforms
  // Negative binomial with variance = ratio * mean. REQUIRES: mean > 0, ratio > 1.
  uint64_t NegativeBinomial(double mean, double ratio);

 private:
  std::array<uint64_t, 4> state_;
  double spare_ = 0;
  bool has_spare_ = false;
};

// The counts of a series, tick by tick: negative binomial with variance = ratio * mean, where the
// mean may change at every tick; a ratio of 1 is Poisson. Much faster than Random for small means.
//
// Small means: a Poisson number of clusters (rate = mean * ln(ratio) / (ratio - 1)) whose sizes
// have the logarithmic distribution, which does not depend on the mean. The clusters are the points
// of one Poisson process that runs on from tick to tick, so a tick without an event costs one
// multiplication. Above kClusterRateMax clusters a tick: Random::NegativeBinomial.
class CountSource {
 public:
  static constexpr double kClusterRateMax = 12;

  // REQUIRES: ratio >= 1.
  CountSource(double ratio, uint64_t seed);

  // REQUIRES: mean > 0.
  void SetMean(double mean);
  uint32_t Next();

 private:
  int64_t ClusterSize();

  const double ratio_;
  Random random_;
  std::vector<double> size_cdf_;  // of the cluster sizes 1, 2, ...; empty if ratio is 1
  double mean_ = 0;
  bool by_clusters_ = true;
  double step_ = 1;  // exp(clusters a tick)
  double reach_;     // exp(-distance to the next point of the process, in clusters)
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_RANDOM_H_
