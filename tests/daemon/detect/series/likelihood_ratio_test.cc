#include "daemon/detect/series/likelihood_ratio.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gmewatch {
namespace {

TEST(LogLikelihoodRatioTest, IsZeroUpToTheExpectedCount) {
  for (const double count : {0.0, 3.0, 9.99, 10.0}) {
    EXPECT_EQ(LogLikelihoodRatio(count, 10, 1, 0), 0);
    EXPECT_EQ(LogLikelihoodRatio(count, 10, 3, 0.1), 0);
  }
  EXPECT_GT(LogLikelihoodRatio(10.01, 10, 1, 0), 0);
}

TEST(LogLikelihoodRatioTest, IsPoissonsIfTheVarianceIsTheMean) {
  for (const double expected : {0.01, 1.0, 50.0, 1e6}) {
    for (const double factor : {1.01, 2.0, 100.0}) {
      const double count = expected * factor;
      const double poisson = count * std::log(factor) - (count - expected);
      EXPECT_NEAR(LogLikelihoodRatio(count, expected, 1, 0), poisson, 1e-9 * poisson);
      // No step where the formula changes.
      EXPECT_NEAR(LogLikelihoodRatio(count, expected, 1.0001001, 0) /
                      LogLikelihoodRatio(count, expected, 1.0000999, 0),
                  1, 2e-3);
    }
  }
}

// The logarithm of the negative binomial's probability without the terms that do not depend on the
// mean.
double LogLikelihood(double count, double mean, double size) {
  return count * std::log(mean / (size + mean)) + size * std::log(size / (size + mean));
}

void CheckRatio(double expected, double vmr, double drift) {
  const double size = expected / (vmr - 1 + drift * expected);
  for (const double factor : {1.5, 4.0}) {
    const double count = expected * factor;
    const double ratio = LogLikelihood(count, count, size) - LogLikelihood(count, expected, size);
    EXPECT_NEAR(LogLikelihoodRatio(count, expected, vmr, drift), ratio, 1e-9 * (1 + ratio));
  }
}

TEST(LogLikelihoodRatioTest, IsTheNegativeBinomials) {
  for (const double expected : {0.1, 5.0, 300.0}) {
    for (const double vmr : {1.5, 3.0, 20.0}) {
      for (const double drift : {0.0, 0.01, 0.5}) CheckRatio(expected, vmr, drift);
    }
  }
}

TEST(LogLikelihoodRatioTest, GrowsFarOutByTheSlopeOfTheTail) {
  // P(X = x + 1) / P(X = x) of a negative binomial goes to (vmr - 1) / vmr.
  for (const double vmr : {1.5, 2.0, 10.0}) {
    const double slope =
        LogLikelihoodRatio(2e6, 5, vmr, 0) - LogLikelihoodRatio(2e6 - 1, 5, vmr, 0);
    EXPECT_NEAR(slope, std::log(vmr / (vmr - 1)), 1e-4);
  }
}

TEST(LogLikelihoodRatioTest, GrowsWithTheCountAndFallsWithVarianceAndExpectation) {
  for (const double expected : {0.05, 2.0, 400.0}) {
    double before = 0;
    for (double count = expected * 1.1; count < expected * 1000; count *= 1.3) {
      const double llr = LogLikelihoodRatio(count, expected, 1.7, 0.02);
      EXPECT_GT(llr, before);
      before = llr;
      EXPECT_GT(LogLikelihoodRatio(count, expected, 1, 0),
                LogLikelihoodRatio(count, expected, 1.1, 0));
      EXPECT_GT(LogLikelihoodRatio(count, expected, 1.7, 0), llr);
      EXPECT_GT(llr, LogLikelihoodRatio(count, expected, 1.8, 0.02));
      EXPECT_GT(llr, LogLikelihoodRatio(count, expected, 1.7, 0.03));
      EXPECT_GT(llr, LogLikelihoodRatio(count, expected * 1.05, 1.7, 0.02));
    }
  }
}

TEST(LogLikelihoodRatioTest, IsLimitedByTheDriftAtAnyNumberOfEvents) {
  for (const double drift : {0.01, 0.05, 0.5}) {
    for (const double factor : {1.5, 3.0}) {
      const double cap = (factor - 1 - std::log(factor)) / drift;
      EXPECT_LT(LogLikelihoodRatio(100 * factor, 100, 1, drift), cap);
      EXPECT_NEAR(LogLikelihoodRatio(1e8 * factor, 1e8, 1, drift), cap, 1e-3 * cap);
      EXPECT_NEAR(LogLikelihoodRatio(1e8 * factor, 1e8, 9, drift), cap, 1e-3 * cap);
    }
  }
}

TEST(CountAtTest, IsTheCountWithThatRatioOrAnyLowerOne) {
  for (const double expected : {0.001, 1.0, 400.0, 1e5}) {
    for (const double vmr : {1.0, 3.0}) {
      for (const double drift : {0.0, 0.01}) {
        SCOPED_TRACE(testing::Message() << expected << " " << vmr << " " << drift);
        const double count = CountAt(11, 1e9, expected, vmr, drift);
        const double ratio = LogLikelihoodRatio(count, expected, vmr, drift);
        EXPECT_GE(ratio, 11);
        EXPECT_LT(ratio, 11.01);
        EXPECT_EQ(CountAt(11, 0.99 * count, expected, vmr, drift), 0.99 * count);
        EXPECT_EQ(CountAt(11, 0, expected, vmr, drift), 0);
      }
    }
  }
  EXPECT_EQ(CountAt(11, 7, 0, 1, 0), 7);
}

TEST(ThresholdTest, GrowsWithTheTestsAndFallsWithTheAcceptedAlarms) {
  const double one = Threshold(1, 10, 1);
  // One test a tick: about the logarithm of 60,480.
  EXPECT_GT(one, 8);
  EXPECT_LT(one, 14);
  EXPECT_NEAR(Threshold(1000, 10, 1) - one, std::log(1000), 1e-9);
  EXPECT_NEAR(Threshold(1, 10, 0.01) - one, std::log(100), 1e-9);
  EXPECT_NEAR(one - Threshold(1, 300, 1), std::log(30), 1e-9);
  EXPECT_EQ(Threshold(0, 10, 1), one);
}

}  // namespace
}  // namespace gmewatch
