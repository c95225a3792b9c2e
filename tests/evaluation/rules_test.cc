#include "tests/evaluation/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/evaluation/calibrate.h"
#include "tests/evaluation/hourly_counts.h"
#include "tests/evaluation/poisson_tail.h"
#include "tests/evaluation/sentry_escalating.h"

namespace gmewatch::detect_eval {
namespace {

constexpr int64_t kHour = 360;  // ticks of 10 s

// Every rule: no alarm on a nearly constant level, an alarm on a hundredfold rise.
TEST(RulesTest, AlarmOnAHugeRiseAndNotOnALevel) {
  for (const RuleEntry& entry : Rules()) {
    SCOPED_TRACE(entry.name);
    const std::unique_ptr<Rule> rule = entry.make(RuleSetting{});
    const auto level = [](int64_t tick) {
      return static_cast<uint64_t>(9 + tick * 7 % 3 + tick / kHour % 3);
    };
    const int64_t rise = 200 * kHour;
    int64_t active = 0;
    for (int64_t tick = 0; tick < rise; ++tick) {
      if (rule->Observe(tick, level(tick)).active) ++active;
    }
    EXPECT_EQ(active, 0);
    Step step;
    for (int64_t tick = rise; tick < rise + kHour && !step.active; ++tick) {
      step = rule->Observe(tick, 100 * level(tick));
    }
    EXPECT_TRUE(step.active);
    EXPECT_GE(step.since, rise);
    EXPECT_GT(step.expected, 0);
  }
}

TEST(RulesTest, HaveUniqueNames) {
  std::vector<std::string> names;
  for (const RuleEntry& entry : Rules()) names.push_back(entry.name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(SentryEscalatingTest, LimitOfAConstantLevelIsTheHigherOfBoth) {
  // 3,600 events an hour: deviation 0, so the bursty limit is 5 * 3,600 and the spike limit
  // 3,600 + 5 * 3,600 = 21,600.
  SentryEscalating rule((RuleSetting()));
  for (int64_t tick = 0; tick < 169 * kHour; ++tick) rule.Observe(tick, 10);
  Step step;
  for (int64_t tick = 169 * kHour; tick < 170 * kHour; ++tick) step = rule.Observe(tick, 60);
  EXPECT_DOUBLE_EQ(step.score, 1);
  EXPECT_FALSE(step.active) << "21,600 is not above the limit";
  for (int64_t tick = 170 * kHour; tick < 171 * kHour; ++tick) step = rule.Observe(tick, 61);
  EXPECT_TRUE(step.active);
}

TEST(HourlyCountsTest, HandlesGaps) {
  HourlyCounts counts(10, 3);
  for (int64_t tick = 0; tick < kHour; ++tick) EXPECT_FALSE(counts.Add(tick, 1));
  EXPECT_EQ(counts.last_hour(), 360);
  EXPECT_TRUE(counts.Add(kHour, 5));
  EXPECT_EQ(counts.last_hour(), 364);
  EXPECT_TRUE(counts.Add(3 * kHour + 180, 7)) << "two hours and a half later";
  EXPECT_EQ(counts.last_hour(), 7);
  EXPECT_EQ(counts.last_hour_ticks(), 1);
  ASSERT_EQ(counts.hours().size(), 3u);
  EXPECT_EQ(counts.hours()[0].count, 360);
  EXPECT_NEAR(counts.hours()[0].covered, 1, 1e-9);
  EXPECT_EQ(counts.hours()[1].count, 5);
  EXPECT_EQ(counts.hours()[2].covered, 0);
  EXPECT_EQ(counts.this_hour().index, 3);
}

TEST(PoissonTailTest, AgreesWithTheSumOfTheLowerTerms) {
  for (const double mean : {0.01, 0.5, 3.0, 20.0}) {
    for (double count = std::floor(mean) + 1; count < mean + 4 * std::sqrt(mean) + 2; ++count) {
      double below = 0;
      double term = std::exp(-mean);
      for (double k = 0; k < count; term *= mean / ++k) below += term;
      EXPECT_NEAR(std::pow(10, LogPoissonTail(count, mean)), 1 - below, 1e-9)
          << count << " of " << mean;
    }
  }
}

TEST(AlarmCurveTest, FindsTheLowestThresholdThatKeepsTheBudget) {
  AlarmCurve curve;
  for (const double peak : {10.0, 20.0, 40.0}) {
    curve.Add(0, peak / 2);
    curve.Add(peak / 2, peak);
    curve.Add(peak, 0);
  }
  EXPECT_NEAR(curve.Threshold(0).value(), 40, 0.5);
  EXPECT_NEAR(curve.Threshold(1).value(), 20, 0.3);
  EXPECT_NEAR(curve.Threshold(2).value(), 10, 0.2);
  EXPECT_DOUBLE_EQ(curve.Threshold(3).value(), 1);
}

TEST(AlarmCurveTest, SaysIfNoThresholdKeepsTheBudget) {
  AlarmCurve curve;
  curve.Add(0, 1e12);
  EXPECT_EQ(curve.Threshold(0), std::nullopt);
  EXPECT_TRUE(curve.Threshold(1).has_value());
}

}  // namespace
}  // namespace gmewatch::detect_eval
