#include "daemon/detect/series/levels.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

using Season = Levels::Season;

TEST(LevelsTest, LearnsTheMeanOfTheHoursItRemembers) {
  Levels levels(10, 1);
  EXPECT_NEAR(levels.Learn(1.2, 1, Season::kNone), 1.1, 1e-6);  // the mean of two hours
  EXPECT_NEAR(levels.level(), 11, 1e-5);
  EXPECT_EQ(levels.hours(), 2);
  for (int hour = 0; hour < 5000; ++hour) levels.Learn(1, 1, Season::kNone);
  // A half-life of a week.
  const float before = levels.level();
  for (int hour = 0; hour < 168; ++hour) {
    levels.Learn(20 / levels.level(), 1, Season::kNone);
  }
  EXPECT_NEAR(levels.level(), (before + 20) / 2, 0.1);
}

TEST(LevelsTest, StaysInTheFirstWeekOfASeason) {
  Levels levels(10, 30);
  EXPECT_EQ(levels.Learn(2, 1, Season::kFirstWeek), 1);
  EXPECT_EQ(levels.level(), 10);
  EXPECT_EQ(levels.hours(), 31);
}

TEST(LevelsTest, NeverFallsToZero) {
  Levels levels(1, 1);
  for (int hour = 0; hour < 5000; ++hour) levels.Learn(0, 1, Season::kNone);
  EXPECT_GT(levels.level(), 0);
  levels.Set(0);
  EXPECT_GT(levels.level(), 0);
  EXPECT_TRUE(levels.IsSound());
}

TEST(LevelsTest, IsLessWrongTheMoreEventsItWasLearnedFrom) {
  EXPECT_EQ(Levels(1, 0).Error(360, 1), 2);
  EXPECT_NEAR(Levels(1, 10).Error(360, 1), 1.0 / 3600, 1e-7);
  EXPECT_NEAR(Levels(1, 10).Error(360, 4), 4.0 / 3600, 1e-6);
}

TEST(LevelsTest, KeepsTheLevelBeforeARiseThatBecameTheLevel) {
  Levels levels(2, 200);
  levels.Rebase(4);
  EXPECT_EQ(levels.level(), 8);
  EXPECT_EQ(levels.other(), 2);
  EXPECT_EQ(levels.hours(), 1);
  // A second one soon after keeps the one that was usual.
  levels.Rebase(3);
  EXPECT_EQ(levels.level(), 24);
  EXPECT_EQ(levels.other(), 2);
  // Levels that cannot be distinguished.
  Levels close(2, 200);
  close.Rebase(1.5);
  EXPECT_EQ(close.other(), 0);
}

TEST(LevelsTest, ReturnsToTheLowerLevel) {
  Levels levels(2, 200);
  levels.Rebase(4);
  // At the new level nothing suggests a return.
  for (int tick = 0; tick < 1000; ++tick) ASSERT_FALSE(levels.IsBack(8, 8, 1, 20));
  int ticks = 1;
  while (!levels.IsBack(2, 8, 1, 20)) ASSERT_LT(++ticks, 100);
  EXPECT_GT(ticks, 3);
  levels.Swap();
  EXPECT_EQ(levels.level(), 2);
  EXPECT_EQ(levels.other(), 0);  // the higher level had lasted for an hour only
  EXPECT_TRUE(levels.IsTrusted());
}

TEST(LevelsTest, AReturnToAHigherLevelThatWasUsualIsNoRise) {
  Levels levels(2, 200);
  levels.Rebase(4);
  for (int hour = 0; hour < 100; ++hour) levels.Learn(1, 1, Season::kNone);
  levels.Swap();
  EXPECT_EQ(levels.level(), 2);
  EXPECT_EQ(levels.other(), 8);
  EXPECT_TRUE(levels.IsReturn({.events = 800, .base = 200}, 1, 20));
  EXPECT_FALSE(levels.IsReturn({.events = 2400, .base = 200}, 1, 20));
}

TEST(LevelsTest, ScalesBothLevels) {
  Levels levels(2, 200);
  levels.Rebase(4);
  levels.Scale(0.5);
  EXPECT_EQ(levels.level(), 4);
  EXPECT_EQ(levels.other(), 1);
}

}  // namespace
}  // namespace gmewatch
