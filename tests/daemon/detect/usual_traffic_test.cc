#include "daemon/detect/usual_traffic.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gmewatch {
namespace {

constexpr uint32_t kTickS = 10;
constexpr uint32_t kHour = 3600 / kTickS;
constexpr uint32_t kDay = 24 * kHour;
constexpr uint32_t kMidnight = 20'000 * kDay;

// 10 operations a second at noon, 1 at midnight.
double DayShape(uint32_t tick) {
  const double hour = static_cast<double>(tick % kDay) / kHour;
  return 5.5 - 4.5 * std::cos(2 * M_PI * hour / 24);
}

class UsualTrafficTest : public ::testing::Test {
 protected:
  UsualTrafficTest() { traffic_.Resize(2); }
  void Run(uint32_t ticks, double factor) {
    for (const uint32_t end = tick_ + ticks; tick_ < end;) {
      ++tick_;
      if (factor >= 0) traffic_.Add(1, factor * DayShape(tick_) * kTickS, 1);
      traffic_.EndTick(tick_);
    }
  }

  UsualTraffic traffic_{kTickS};
  uint32_t tick_ = kMidnight;
};

TEST_F(UsualTrafficTest, NothingIsUsualOnTheFirstDay) {
  Run(12 * kHour, 1);
  EXPECT_FALSE(traffic_.At(1).known);
  EXPECT_NEAR(traffic_.At(1).recent, 10, 0.2);
  EXPECT_FALSE(traffic_.At(0).known);
  EXPECT_EQ(traffic_.At(0).recent, 0);
  // What is reported while operations are not known is not kept.
  traffic_.AddReported(0, 1'000'000);
  traffic_.Skip(0);
  traffic_.AddReported(0, 50);
  traffic_.Add(0, 40, 1);
  EXPECT_NEAR(traffic_.At(0).reported, 5, 0.01);
}

TEST_F(UsualTrafficTest, WhatIsUsualFollowsTheHourOfThePastDays) {
  Run(kDay, 1);
  for (int hour = 0; hour < 23; ++hour) {
    Run(kHour, 2);
    const UsualTraffic::Rates rates = traffic_.At(1);
    ASSERT_TRUE(rates.known) << hour;
    EXPECT_NEAR(rates.usual / DayShape(tick_), 1, 0.12) << hour;
    EXPECT_GE(rates.most, rates.usual) << hour;
    EXPECT_NEAR(rates.recent / rates.usual, 2, 0.3) << hour;
  }
}

TEST_F(UsualTrafficTest, AnHourThatWasNotWatchedIsNotKnown) {
  Run(6 * kHour, 1);
  Run(3 * kHour, -1);
  tick_ += 3 * kHour;  // not even a tick
  Run(12 * kHour, 1);
  Run(6 * kHour - 180, 1);
  EXPECT_TRUE(traffic_.At(1).known);
  Run(2 * kHour, 1);
  EXPECT_FALSE(traffic_.At(1).known);
  Run(3 * kHour, 1);
  EXPECT_FALSE(traffic_.At(1).known);
  Run(2 * kHour, 1);
  EXPECT_TRUE(traffic_.At(1).known);
}

TEST_F(UsualTrafficTest, GoesOnFromWhatWasSaved) {
  Run(30 * kHour, 1);
  internal::DetectorHead head;
  traffic_.Save(head.mutable_usual_traffic());
  UsualTraffic loaded(kTickS);
  loaded.Resize(2);
  ASSERT_TRUE(loaded.Load(head.usual_traffic(), tick_));
  EXPECT_EQ(loaded.At(1).usual, traffic_.At(1).usual);
  EXPECT_EQ(loaded.At(1).recent, traffic_.At(1).recent);
  EXPECT_EQ(loaded.At(1).most, traffic_.At(1).most);
  head.mutable_usual_traffic(1)->set_recent_ticks(NAN);
  UsualTraffic damaged(kTickS);
  damaged.Resize(2);
  EXPECT_FALSE(damaged.Load(head.usual_traffic(), tick_));
  EXPECT_EQ(damaged.At(1).recent, 0);
}

}  // namespace
}  // namespace gmewatch
