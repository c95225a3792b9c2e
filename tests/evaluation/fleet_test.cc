#include "tests/evaluation/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/evaluation/month_event.h"
#include "tests/evaluation/traffic.h"
#include "tests/evaluation/wander.h"

namespace gmewatch::detect_eval {
namespace {

constexpr uint64_t kSeed = 1;

TEST(FleetTest, FewCodesAreCommonAndMostAreRare) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const Fleet fleet(seed);
    double sum = 0;
    int rare = 0;
    double most = 0;
    for (int code = 1; code <= kErrorCodes; ++code) {
      const double mean = fleet.MeanErrors(code, {});
      sum += mean;
      most = std::max(most, mean);
      if (mean < 1.0 / 12) ++rare;
      for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
        EXPECT_GE(fleet.Vmr(code, leaf), 1);
        EXPECT_LE(fleet.Vmr(code, leaf), 8);
      }
    }
    EXPECT_GE(rare, 30) << "less than one event in two minutes";
    EXPECT_GT(most, sum / 20);
    EXPECT_GT(sum, 30);
    EXPECT_LT(sum, 300);
  }
}

TEST(TrafficTest, ADayIsOneToTenOrOneToAHundredAndAWeekHasTheMeanOne) {
  for (const size_t leaf : {size_t{0}, size_t{kSteepApp} * kRegions}) {
    double low = 1e9;
    double high = 0;
    double sum = 0;
    for (int64_t tick = 0; tick < kWeekTicks; tick += kMinuteTicks) {
      const double shape = TrafficShape(leaf, tick, 0);
      sum += shape * kMinuteTicks / kWeekTicks;
      if (tick / kDayTicks != 1) continue;  // Tuesday
      low = std::min(low, shape);
      high = std::max(high, shape);
    }
    EXPECT_NEAR(high / low, leaf == 0 ? 10 : 100, 0.1);
    EXPECT_NEAR(sum, 1, 0.02);
  }
}

TEST(TrafficTest, AHolidayHasTheShapeOfAWeekend) {
  const int64_t tuesday = kDayTicks;
  const int64_t saturday = 5 * kDayTicks;
  for (int64_t hour = 5; hour < 24; ++hour) {
    const int64_t tick = hour * kHourTicks;
    const double holiday = WeekendShare(tuesday + tick, tuesday, tuesday + kDayTicks);
    EXPECT_DOUBLE_EQ(TrafficShape(0, tuesday + tick, holiday), TrafficShape(0, saturday + tick, 0));
  }
  EXPECT_EQ(WeekendShare(tuesday + 2 * kDayTicks, tuesday, tuesday + kDayTicks), 0);
}

TEST(WanderTest, StaysWithinItsBoundAndMovesSlowly) {
  Wander wander(1.3, 0.026, kSeed);
  double low = 10;
  double high = 0;
  double squares = 0;
  double before = std::log(wander.Next());
  constexpr int kMinutes = 30 * 1440;
  for (int i = 0; i < kMinutes; ++i) {
    const double now = wander.Next();
    low = std::min(low, now);
    high = std::max(high, now);
    squares += (std::log(now) - before) * (std::log(now) - before);
    before = std::log(now);
  }
  EXPECT_GE(low, 1 / 1.3);
  EXPECT_LE(high, 1.3);
  EXPECT_LT(low, 0.8) << "the whole range is used";
  EXPECT_GT(high, 1.25);
  EXPECT_NEAR(std::sqrt(squares / kMinutes), 0.026, 0.002);
}

}  // namespace
}  // namespace gmewatch::detect_eval
