#include "daemon/detect/arrival_model.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

constexpr double kSeconds = 10;
constexpr double kThreshold = 20;

// Ticks with this many arrivals.
void Feed(ArrivalModel* model, int ticks, double arrivals) {
  for (int i = 0; i < ticks; ++i) model->Tick(arrivals, kSeconds, kThreshold, false);
}

// Ticks without arrivals until it has stopped; -1 if it has not after an hour.
int TicksToStop(ArrivalModel* model) {
  for (int ticks = 1; ticks <= 360; ++ticks) {
    Feed(model, 1, 0);
    if (model->stopped()) return ticks;
  }
  return -1;
}

TEST(ArrivalModelTest, TheMoreIsUsualTheSoonerAStopIsProved) {
  int before = 361;
  for (const double rate : {2.0, 5.0, 17.0, 100.0, 1000.0}) {
    ArrivalModel model;
    Feed(&model, 360, rate);
    const int ticks = TicksToStop(&model);
    EXPECT_GE(ticks, static_cast<int>(ArrivalModel::kQuietTicksMin));
    EXPECT_LE(ticks, before) << rate;
    before = ticks;
  }
  EXPECT_EQ(before, static_cast<int>(ArrivalModel::kQuietTicksMin));
}

TEST(ArrivalModelTest, TooFewReportsProveNothing) {
  ArrivalModel model;
  Feed(&model, 360, 0.1);
  EXPECT_EQ(TicksToStop(&model), -1);
}

TEST(ArrivalModelTest, IsNotJudgedBeforeItsLevelIsKnown) {
  ArrivalModel model;
  Feed(&model, 20, 100);
  EXPECT_EQ(TicksToStop(&model), -1);
}

TEST(ArrivalModelTest, WithoutAPastDayOnlyACompleteStopCounts) {
  ArrivalModel model;
  Feed(&model, 360, 1000);
  Feed(&model, 60, 50);
  EXPECT_FALSE(model.stopped());
}

TEST(ArrivalModelTest, EndsWhenReportsComeAgainAndNotByAFew) {
  ArrivalModel model;
  Feed(&model, 360, 100);
  ASSERT_GT(TicksToStop(&model), 0);
  Feed(&model, 20, 5);
  EXPECT_TRUE(model.stopped());
  Feed(&model, 2, 100);
  EXPECT_FALSE(model.stopped());
  EXPECT_FALSE(model.quiet());
}

TEST(ArrivalModelTest, AStopIsNotLearned) {
  ArrivalModel model;
  Feed(&model, 360, 100);
  const double usual = model.Usual(kSeconds);
  const int ticks = TicksToStop(&model);
  Feed(&model, 3, 100);
  ASSERT_FALSE(model.stopped());
  EXPECT_NEAR(model.Usual(kSeconds), usual, 1);
  EXPECT_EQ(TicksToStop(&model), ticks) << "the next is found as soon";
}

TEST(ArrivalModelTest, TicksWithoutDataAreNoStop) {
  ArrivalModel model;
  Feed(&model, 360, 20);
  Feed(&model, 2, 0);
  model.Interrupt();
  EXPECT_FALSE(model.quiet());
  EXPECT_NEAR(model.Usual(kSeconds), 20, 0.1);
}

TEST(ArrivalModelTest, ClumpedCountsNeedLonger) {
  ArrivalModel steady;
  Feed(&steady, 600, 10);
  ArrivalModel clumped;
  // The same in a minute of each two.
  for (int i = 0; i < 50; ++i) {
    Feed(&clumped, 6, 20);
    Feed(&clumped, 6, 0.3);
  }
  Feed(&clumped, 6, 20);
  const int ticks = TicksToStop(&clumped);
  EXPECT_TRUE(ticks == -1 || ticks > 2 * TicksToStop(&steady)) << ticks;
}

TEST(ArrivalModelTest, AStopThatBeginsInAQuietHourIsFoundWhenADayIsBusy) {
  ArrivalModel model;
  int64_t quarter = 1'000'000;
  const int ticks = static_cast<int>(ArrivalRhythm::kQuarterSeconds / kSeconds);
  const auto run = [&](int quarters, double arrivals) {
    for (int i = 0; i < quarters; ++i, ++quarter) {
      Feed(&model, ticks, arrivals);
      model.EndQuarter(quarter, quarter + 1, kSeconds);
    }
  };
  for (int day = 0; day < 3; ++day) {
    run(48, 0.01);
    run(48, 20);
  }
  run(24, 0.01);
  run(24, 0);
  EXPECT_FALSE(model.stopped());
  run(8, 0);
  EXPECT_TRUE(model.stopped());
}

}  // namespace
}  // namespace gmewatch
