#include "tests/daemon/detect/counts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace gmewatch {
namespace {

constexpr uint64_t kSeed = 7;
constexpr int kDraws = 200'000;

void Check(double mean, double vmr) {
  SCOPED_TRACE(testing::Message() << "mean " << mean << " vmr " << vmr << " seed " << kSeed);
  Counts counts(kSeed);
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const auto count =
        static_cast<double>(vmr > 1 ? counts.NegativeBinomial(mean, vmr) : counts.Poisson(mean));
    sum += count;
    squares += count * count;
  }
  const double seen_mean = sum / kDraws;
  const double seen_variance = squares / kDraws - seen_mean * seen_mean;
  EXPECT_NEAR(seen_mean, mean, 5 * std::sqrt(mean * vmr / kDraws));
  EXPECT_NEAR(seen_variance / (mean * vmr), 1, 0.05);
}

TEST(CountsTest, HaveTheMeanAndTheVarianceThatWereAskedFor) {
  for (const double mean : {0.1, 1.0, 10.0, 100.0}) {
    Check(mean, 1);
    Check(mean, 3);
  }
}

TEST(CountsTest, AreTheSameForASeed) {
  Counts counts(kSeed);
  Counts again(kSeed);
  Counts other(kSeed + 1);
  int different = 0;
  for (int i = 0; i < 100; ++i) {
    const uint64_t count = counts.NegativeBinomial(50, 2);
    EXPECT_EQ(count, again.NegativeBinomial(50, 2));
    different += count == other.NegativeBinomial(50, 2) ? 0 : 1;
  }
  EXPECT_GT(different, 80);
}

}  // namespace
}  // namespace gmewatch
