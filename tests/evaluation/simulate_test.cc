#include "tests/evaluation/simulate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace gmewatch::detect_eval {
namespace {

constexpr uint64_t kSeed = 7;
constexpr double kSigmas = 5;

SeriesPlan Plan(double baseline, double ratio) {
  SeriesPlan plan;
  plan.seed = kSeed;
  plan.ticks = kWeekTicks;
  plan.baseline = baseline;
  plan.variance_ratio = ratio;
  return plan;
}

SeriesPlan FlatPlan(double baseline, double ratio) {
  SeriesPlan plan = Plan(baseline, ratio);
  plan.daily_range_max = plan.weekend_factor_max = plan.drift_a_week_max = 1;
  plan.single_gap_share = plan.long_gaps_a_week = 0;
  return plan;
}

std::vector<uint32_t> Counts(const SeriesPlan& plan) {
  std::vector<uint32_t> counts;
  Simulate(plan, &counts);
  return counts;
}

TEST(SimulateTest, SumsFollowTheLevel) {
  for (const double ratio : {1.0, 1.5, 3.0}) {
    for (const double baseline : {0.01, 0.1, 1.0, 10.0, 100.0}) {
      const SeriesPlan plan = Plan(baseline, ratio);
      const Level level(plan);
      const std::vector<uint32_t> counts = Counts(plan);
      double expected = 0;
      double sum = 0;
      for (int64_t tick = 0; tick < plan.ticks; ++tick) {
        if (counts[static_cast<size_t>(tick)] == kMissing) continue;
        expected += level.At(tick);
        sum += counts[static_cast<size_t>(tick)];
      }
      EXPECT_NEAR(sum, expected, kSigmas * std::sqrt(ratio * expected))
          << "baseline " << baseline << " ratio " << ratio << " seed " << kSeed;
    }
  }
}

TEST(SimulateTest, FlatSeriesHaveTheRequestedVariance) {
  for (const double ratio : {1.0, 1.5, 3.0}) {
    for (const double mean : {0.01, 1.0, 100.0}) {
      const std::vector<uint32_t> counts = Counts(FlatPlan(mean, ratio));
      double squares = 0;
      for (const uint32_t count : counts) squares += std::pow(count - mean, 2);
      const auto size = static_cast<double>(counts.size());
      const double variance = ratio * mean;
      const double excess_kurtosis = 6 * (ratio - 1) / mean + 1 / variance;
      EXPECT_NEAR(squares / size, variance,
                  kSigmas * variance * std::sqrt((2 + excess_kurtosis) / size))
          << "mean " << mean << " ratio " << ratio << " seed " << kSeed;
    }
  }
}

TEST(LevelTest, HasItsBaselineAsWeeklyMeanWithinItsBounds) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SeriesPlan plan = Plan(2, 1);
    plan.seed = seed;
    plan.drift_a_week_max = 1;
    const Level level(plan);
    double sum = 0;
    double low = level.At(0);
    double high = low;
    for (int64_t tick = 0; tick < kWeekTicks; tick += 60) {
      const double mean = level.At(tick);
      sum += mean * 60 / kWeekTicks;
      low = std::min(low, mean);
      high = std::max(high, mean);
    }
    EXPECT_NEAR(sum, 2, 0.03) << "seed " << seed;  // rhythms are not quite independent
    EXPECT_LE(high / low, 3 * 1.4) << "seed " << seed;
  }
}

TEST(LevelTest, DriftsSlowly) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SeriesPlan plan = Plan(1, 1);
    plan.seed = seed;
    plan.ticks = 3 * kWeekTicks;
    plan.daily_range_max = plan.weekend_factor_max = 1;
    const Level level(plan);
    for (int64_t week = 0; week < 3; ++week) {
      const double change = level.At((week + 1) * kWeekTicks - 1) / level.At(week * kWeekTicks);
      EXPECT_GE(change, 1 / 1.2) << "seed " << seed;
      EXPECT_LE(change, 1.2) << "seed " << seed;
    }
  }
}

TEST(LevelTest, StaysDifferentAfterARelease) {
  SeriesPlan plan = Plan(1, 1);
  const Level before(plan);
  plan.release = {kDayTicks, 1.7};
  const Level after(plan);
  EXPECT_DOUBLE_EQ(after.At(kDayTicks - 1), before.At(kDayTicks - 1));
  EXPECT_DOUBLE_EQ(after.At(kDayTicks), 1.7 * before.At(kDayTicks));
  EXPECT_DOUBLE_EQ(after.At(kWeekTicks - 1), 1.7 * before.At(kWeekTicks - 1));
}

TEST(SimulateTest, GapsAreAsManyAndAsLongAsPlanned) {
  constexpr int kSeries = 100;
  int64_t single = 0;
  int64_t runs = 0;
  int64_t long_runs = 0;
  int64_t missing = 0;
  for (uint64_t seed = 1; seed <= kSeries; ++seed) {
    SeriesPlan plan = Plan(0.01, 1);
    plan.seed = seed;
    int64_t length = 0;
    for (const uint32_t count : Counts(plan)) {
      if (count == kMissing) {
        ++length;
        ++missing;
        continue;
      }
      if (length >= 30) ++runs;  // 5 minutes
      if (length == 1) ++single;
      if (length > 180) ++long_runs;
      length = 0;
    }
  }
  const double expected_single = kSeries * kWeekTicks * 0.001;
  EXPECT_NEAR(static_cast<double>(single), expected_single, 0.05 * expected_single);
  EXPECT_NEAR(static_cast<double>(runs), kSeries * 2, kSigmas * std::sqrt(kSeries * 2));
  EXPECT_LE(long_runs, 4) << "only touching gaps are longer than 30 min";
  const double expected = expected_single + kSeries * 2 * (30 + 180) / 2.0;
  EXPECT_NEAR(static_cast<double>(missing), expected, 0.2 * expected);
}

TEST(SimulateTest, ASpikeChangesItsTicksAndNoGap) {
  SeriesPlan plan = Plan(1, 1);
  const std::vector<uint32_t> quiet = Counts(plan);
  plan.spikes = {{kDayTicks + 1, 600, 10, false}, {3 * kDayTicks, 601, 5, true}};
  const std::vector<uint32_t> counts = Counts(plan);
  const Level level(plan);
  for (const Spike& spike : plan.spikes) {
    double expected = 0;
    double sum = 0;
    for (int64_t tick = spike.start; tick < spike.end(); ++tick) {
      const uint32_t count = counts[static_cast<size_t>(tick)];
      if (count == kMissing) continue;
      sum += count;
      expected += level.At(tick);
    }
    const double excess = ExpectedExcess(level, spike, counts);
    EXPECT_NEAR(sum, expected + excess, kSigmas * std::sqrt(expected + excess));
    EXPECT_GT(excess, (spike.factor - 1) * expected * 0.7);
  }
  for (size_t tick = 0; tick < counts.size(); ++tick) {
    EXPECT_EQ(counts[tick] == kMissing, quiet[tick] == kMissing) << tick;
  }
  const auto spike_start = static_cast<std::ptrdiff_t>(plan.spikes[0].start);
  EXPECT_TRUE(std::equal(quiet.begin(), quiet.begin() + spike_start, counts.begin()));
}

TEST(SpikeTest, ARampRisesOverItsFirstHalf) {
  const Spike ramp{100, 40, 3, true};
  EXPECT_DOUBLE_EQ(ramp.FactorAt(100), 1.1);
  EXPECT_DOUBLE_EQ(ramp.FactorAt(109), 2);
  EXPECT_DOUBLE_EQ(ramp.FactorAt(119), 3);
  EXPECT_DOUBLE_EQ(ramp.FactorAt(139), 3);
  const Spike step{100, 40, 3, false};
  EXPECT_DOUBLE_EQ(step.FactorAt(100), 3);
}

}  // namespace
}  // namespace gmewatch::detect_eval
