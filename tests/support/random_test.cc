#include "tests/support/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace gmewatch {
namespace {

constexpr uint64_t kSeed = 20'240'229;
constexpr int kDraws = 100'000;
// Bounds are this many standard errors wide: with a fixed seed a failure is a change, not bad luck.
constexpr double kSigmas = 5;

double LogGamma(double x) {
  return std::lgamma(x);  // NOLINT(concurrency-mt-unsafe): one thread, and the sign is not used
}

// ln of the probability of a negative binomial count with variance = ratio * mean.
double LogProbability(double count, double mean, double ratio) {
  if (ratio == 1) return count * std::log(mean) - mean - LogFactorial(count);
  const double shape = mean / (ratio - 1);
  return LogGamma(count + shape) - LogGamma(shape) - LogFactorial(count) - shape * std::log(ratio) +
         count * std::log1p(-1 / ratio);
}

struct Moments {
  double mean = 0;
  double variance = 0;
  std::map<uint32_t, int> counts;
};

Moments Draw(double mean, double ratio) {
  CountSource source(ratio, kSeed);
  source.SetMean(mean);
  Moments moments;
  for (int i = 0; i < kDraws; ++i) ++moments.counts[source.Next()];
  for (const auto& [value, times] : moments.counts) moments.mean += 1.0 * value * times / kDraws;
  for (const auto& [value, times] : moments.counts) {
    moments.variance += std::pow(value - moments.mean, 2) * times / kDraws;
  }
  return moments;
}

void ExpectMoments(double seen_mean, double seen_variance, double mean, double ratio) {
  const double variance = ratio * mean;
  EXPECT_NEAR(seen_mean, mean, kSigmas * std::sqrt(variance / kDraws));
  // The standard error of a variance, from the fourth moment of the distribution.
  const double excess_kurtosis = 6 * (ratio - 1) / mean + 1 / variance;
  EXPECT_NEAR(seen_variance, variance,
              kSigmas * variance * std::sqrt((2 + excess_kurtosis) / kDraws));
}

void ExpectDistribution(double mean, double ratio) {
  SCOPED_TRACE(testing::Message() << "mean " << mean << " ratio " << ratio << " seed " << kSeed);
  const Moments moments = Draw(mean, ratio);
  ExpectMoments(moments.mean, moments.variance, mean, ratio);
  // Every value that should come often comes as often as it should.
  for (const auto& [value, times] : moments.counts) {
    const double expected = kDraws * std::exp(LogProbability(value, mean, ratio));
    if (expected < 30) continue;
    EXPECT_NEAR(times, expected, kSigmas * std::sqrt(expected)) << "value " << value;
  }
}

TEST(CountSourceTest, HasTheRequestedDistribution) {
  // Both ways to draw, and the border between them.
  for (const double ratio : {1.0, 1.5, 3.0}) {
    for (const double mean : {0.01, 0.1, 1.0, 10.0, 14.0, 22.0, 100.0, 1000.0}) {
      ExpectDistribution(mean, ratio);
    }
  }
}

TEST(CountSourceTest, FollowsAMeanThatChangesEveryTick) {
  CountSource source(1.5, kSeed);
  double expected = 0;
  double sum = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double mean = i % 100 == 0 ? 200 : 0.5 + 0.4 * std::sin(i);
    source.SetMean(mean);
    expected += mean;
    sum += source.Next();
  }
  EXPECT_NEAR(sum, expected, kSigmas * std::sqrt(1.5 * expected));
}

TEST(CountSourceTest, RepeatsWithItsSeed) {
  CountSource one(3, kSeed);
  CountSource same(3, kSeed);
  CountSource other(3, kSeed + 1);
  for (CountSource* const source : {&one, &same, &other}) source->SetMean(50);
  int different = 0;
  for (int i = 0; i < 100; ++i) {
    const uint32_t value = one.Next();
    EXPECT_EQ(value, same.Next());
    if (value != other.Next()) ++different;
  }
  EXPECT_GT(different, 50);
}

TEST(RandomTest, CountsHaveTheRequestedMeanAndVariance) {
  for (const double mean : {0.1, 1.0, 10.0, 100.0}) {
    for (const double ratio : {1.0, 3.0}) {
      SCOPED_TRACE(testing::Message() << "mean " << mean << " ratio " << ratio);
      Random random(kSeed);
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < kDraws; ++i) {
        const auto count = static_cast<double>(ratio > 1 ? random.NegativeBinomial(mean, ratio)
                                                         : random.Poisson(mean));
        sum += count;
        squares += count * count;
      }
      ExpectMoments(sum / kDraws, squares / kDraws - std::pow(sum / kDraws, 2), mean, ratio);
    }
  }
}

TEST(RandomTest, GammaHasMeanAndVarianceOfItsShape) {
  Random random(kSeed);
  for (const double shape : {0.02, 0.5, 1.0, 7.0}) {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double value = random.Gamma(shape);
      sum += value;
      squares += value * value;
    }
    const double mean = sum / kDraws;
    EXPECT_NEAR(mean, shape, kSigmas * std::sqrt(shape / kDraws));
    EXPECT_NEAR(squares / kDraws - mean * mean, shape,
                kSigmas * shape * std::sqrt((2 + 6 / shape) / kDraws));
  }
}

TEST(LogFactorialTest, AgreesWithTheLibrary) {
  for (const double n : {0.0, 1.0, 2.0, 7.0, 8.0, 30.0, 1e6}) {
    EXPECT_NEAR(LogFactorial(n), LogGamma(n + 1), 1e-9 * (1 + LogGamma(n + 1))) << n;
  }
}

}  // namespace
}  // namespace gmewatch
