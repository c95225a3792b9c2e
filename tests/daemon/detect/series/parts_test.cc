// The small parts of a series: RecentFactor, WarmUp, SeriesTimes.
#include <gtest/gtest.h>

#include "daemon/detect/series/recent_factor.h"
#include "daemon/detect/series/series_times.h"
#include "daemon/detect/series/warm_up.h"

namespace gmewatch {
namespace {

TEST(RecentFactorTest, IsDrawnTowardsOneByItsPrior) {
  RecentFactor factor;
  EXPECT_EQ(factor.Of(100), 1);
  factor.Learn({.events = 200, .base = 100}, 1);
  EXPECT_EQ(factor.Of(100), 1.5);
  EXPECT_NEAR(factor.Of(1e9), 1, 1e-6);
  factor.ScaleBase(2);
  EXPECT_EQ(factor.Of(100), 1);
  factor.Learn({.events = 0, .base = 0}, 0.5);
  factor.Reset();
  EXPECT_EQ(factor.Of(100), 1);
}

TEST(RecentFactorTest, CorrectsTheErrorOfTheLevel) {
  RecentFactor factor;
  EXPECT_EQ(factor.Error(0.5, 100, 1), 0.5);
  factor.Learn({.events = 1000, .base = 1000}, 1);
  EXPECT_LT(factor.Error(0.5, 100, 1), 0.01);
  // Never above that of the level.
  EXPECT_EQ(factor.Error(1e-6, 100, 1), 1e-6);
}

TEST(WarmUpTest, TakesTwelveTicksThatWereWatched) {
  WarmUp seen(3);
  for (int tick = 0; tick < 8; ++tick) seen.Count(5, 1, 1, 1);
  EXPECT_FALSE(seen.IsOver());
  seen.Count(5, 1, 1, 1);
  EXPECT_TRUE(seen.IsOver());
  EXPECT_NEAR(seen.mean(), 45.0 / 12, 1e-6);
  EXPECT_NEAR(seen.LevelsOf(360).level(), 45.5 / 12.5, 1e-5);
  EXPECT_GT(seen.DispersionOf().vmr(), 1);
}

TEST(WarmUpTest, TicksThatAreCountedTogetherAreNoBurst) {
  WarmUp seen;
  for (int tick = 0; tick < 6; ++tick) seen.Count(5, 1, 1, 1);
  seen.Count(30, 6, 6, 6);
  ASSERT_TRUE(seen.IsOver());
  EXPECT_EQ(seen.DispersionOf().vmr(), 1);
  // Six silent ticks and a burst after them are another thing.
  WarmUp burst;
  for (int tick = 0; tick < 6; ++tick) burst.Count(5, 1, 1, 1);
  burst.Count(30, 6, 6, 1);
  EXPECT_GT(burst.DispersionOf().vmr(), 10);
}

TEST(WarmUpTest, WithoutEventsTheDispersionIsThePrior) {
  WarmUp seen;
  seen.Count(0, 20, 20, 20);
  EXPECT_EQ(seen.DispersionOf().vmr(), Dispersion::kPrior);
  EXPECT_GT(seen.LevelsOf(360).level(), 0);
}

TEST(SeriesTimesTest, CountsInTicks) {
  DetectSettings settings;
  settings.tick = absl::Seconds(60);
  settings.resolve_after = absl::Minutes(8);
  const SeriesTimes times(settings);
  EXPECT_EQ(times.per_hour(), 60);
  EXPECT_EQ(times.resolve(), 8);
  EXPECT_EQ(times.burst(), 0.5);
  settings.resolve_after = absl::Minutes(1);
  EXPECT_EQ(SeriesTimes(settings).resolve(), 6);
  settings.tick = absl::Seconds(10);
  EXPECT_EQ(SeriesTimes(settings).burst(), 3);
}

TEST(SeriesTimesTest, TheHorizonGrowsWithWhatIsKnown) {
  const SeriesTimes times({});
  EXPECT_EQ(times.HorizonOf(0).ticks_max, 360U);
  EXPECT_EQ(times.HorizonOf(24).ticks_max, 3 * 360U);
  EXPECT_EQ(times.HorizonOf(168).ticks_max, 8 * 360U);
  EXPECT_LT(times.HorizonOf(0).fading_per_tick, times.HorizonOf(168).fading_per_tick);
}

}  // namespace
}  // namespace gmewatch
