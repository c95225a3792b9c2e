#include "daemon/detect/series/season.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gmewatch {
namespace {

// Half a step; a step is 1/48 of a doubling.
const double kStepError = std::exp2(0.5 / 48) - 1;

void CheckMoment(double hours, int from, int to, double weight) {
  const SeasonMoment moment = SeasonMomentAt(hours);
  EXPECT_EQ(moment.from, from) << hours;
  EXPECT_EQ(moment.to, to) << hours;
  EXPECT_NEAR(moment.weight, weight, 1e-5) << hours;
}

TEST(SeasonMomentTest, LiesBetweenTheMiddlesOfHours) {
  CheckMoment(0.5, 0, 1, 0);
  CheckMoment(1.25, 0, 1, 0.75);
  CheckMoment(1.5, 1, 2, 0);
  CheckMoment(167.5, 167, 0, 0);
  // Across the end of a week, from either side, in any week.
  CheckMoment(167.75, 167, 0, 0.25);
  CheckMoment(168.25, 167, 0, 0.75);
  CheckMoment(0.25, 167, 0, 0.75);
  CheckMoment(168.0 * 2355 + 0.25, 167, 0, 0.75);
  CheckMoment(168.0 * 2355 + 100.5, 100, 101, 0);
}

TEST(SeasonTest, IsFlatAtFirst) {
  const Season season;
  for (double hours = 0; hours < 340; hours += 0.3) {
    EXPECT_EQ(season.At(SeasonMomentAt(hours)), 1.0F);
  }
}

TEST(SeasonTest, AveragesAnHourWithItsNeighbours) {
  Season season;
  season.Learn(167, 4, 1);
  season.Learn(0, 2, 1);
  EXPECT_NEAR(season.Around(0), (4 + 2 * 2 + 1) / 4.0, 0.05);
  EXPECT_NEAR(season.Around(167), (1 + 2 * 4 + 2) / 4.0, 0.05);
  EXPECT_EQ(season.Around(80), 1.0F);
}

TEST(SeasonTest, IsInterpolated) {
  Season season;
  season.Learn(167, 4, 1);
  season.Learn(0, 2, 1);
  EXPECT_NEAR(season.OfHour(167), 4, 4 * kStepError);
  EXPECT_NEAR(season.At(SeasonMomentAt(167.5)), 4, 4 * kStepError);
  EXPECT_NEAR(season.At(SeasonMomentAt(168)), 3, 3 * kStepError);
  EXPECT_NEAR(season.At(SeasonMomentAt(0.25)), 2.5, 2.5 * kStepError);
  EXPECT_NEAR(season.At(SeasonMomentAt(1)), 1.5, 1.5 * kStepError);
  EXPECT_NEAR(season.At(SeasonMomentAt(167)), 2.5, 2.5 * kStepError);
  // No step anywhere.
  float before = season.At(SeasonMomentAt(0));
  for (double hours = 0; hours < 170; hours += 0.01) {
    const float now = season.At(SeasonMomentAt(hours));
    EXPECT_NEAR(now, before, 0.035) << hours;
    before = now;
  }
}

TEST(SeasonTest, KeepsAFactorToWithinHalfAStep) {
  for (double factor = 0.16; factor < 6.25; factor *= 1.003) {
    Season season;
    season.Learn(5, factor, 1);
    EXPECT_NEAR(season.OfHour(5) / factor, 1, 1.0001 * kStepError) << factor;
    EXPECT_EQ(season.OfHour(4), 1.0F);
    EXPECT_EQ(season.OfHour(6), 1.0F);
  }
}

TEST(SeasonTest, MovesPartOfTheWay) {
  Season season;
  season.Learn(9, 4, 0);
  EXPECT_EQ(season.OfHour(9), 1.0F);
  season.Learn(9, 4, 0.5);
  EXPECT_NEAR(season.OfHour(9), 2, 2 * kStepError);
  season.Learn(9, 0.5, 0.5);
  EXPECT_NEAR(season.OfHour(9), 1, kStepError);
  // Repeated steps converge.
  for (int i = 0; i < 50; ++i) season.Learn(9, 3, 0.3);
  EXPECT_NEAR(season.OfHour(9), 3, 3 * 5 * kStepError);
}

TEST(SeasonTest, HasALowestAndAHighestFactor) {
  Season season;
  season.Learn(1, 1e9, 1);
  season.Learn(2, 0, 1);
  EXPECT_NEAR(season.OfHour(1), 6.26, 0.01);
  EXPECT_NEAR(season.OfHour(2), 0.1575, 0.0001);
}

TEST(SeasonTest, SetsTheSameHourOfTheNextDays) {
  Season season;
  season.SetAhead(150, 0, 3);
  EXPECT_EQ(season.OfHour(150 + 24 - 168), 1.0F);
  season.SetAhead(150, 2, 3);
  for (size_t hour = 0; hour < kHoursPerWeek; ++hour) {
    const double factor = hour == 6 || hour == 30 ? 3 : 1;
    EXPECT_NEAR(season.OfHour(hour), factor, factor * kStepError) << hour;
  }
  season.SetAhead(150, 6, 0.5);
  for (size_t hour = 6; hour < 150; hour += 24) {
    EXPECT_NEAR(season.OfHour(hour), 0.5, 0.5 * kStepError);
  }
  EXPECT_EQ(season.OfHour(150), 1.0F);
}

// Twice the rate from 12 h on, and 1.5 times the rate on the fourth day.
Season TwoHalves() {
  Season season;
  for (size_t hour = 0; hour < kHoursPerWeek; ++hour) {
    season.Learn(hour, (hour % 24 < 12 ? 1 : 2) * (hour / 24 == 3 ? 1.5 : 1), 1);
  }
  return season;
}

TEST(SeasonTest, ProfilesAnHourByTheOtherDaysAndTheDayAroundIt) {
  Season season = TwoHalves();
  // Two hours of an ordinary day, then the step at noon and an hour after it on the fourth day.
  EXPECT_NEAR(season.Profile(6) / season.OfHour(6), 1, 0.05);
  EXPECT_NEAR(season.Profile(18) / season.OfHour(18), 1, 0.05);
  EXPECT_NEAR(season.Profile(84) / season.OfHour(84), std::sqrt(std::sqrt(0.5)), 0.05);
  EXPECT_NEAR(season.Profile(3 * 24 + 18) / season.OfHour(3 * 24 + 18), 0.9, 0.05);
  // Every hour stays close to its profile.
  for (size_t hour = 0; hour < kHoursPerWeek; ++hour) {
    EXPECT_GT(season.Profile(hour), 0.8F * season.OfHour(hour) / 1.5F) << hour;
    EXPECT_LT(season.Profile(hour), 1.5F * season.OfHour(hour)) << hour;
  }
}

TEST(SeasonTest, ShrinksToTheProfileTheMoreTheFewerEventsItHas) {
  const Season right = TwoHalves();
  for (const double events : {0.0, 40.0, 1e6}) {
    Season season = right;
    season.Learn(30, 4, 1);  // it was 1
    season.ShrinkToProfile(events, 40);
    if (events == 0) {
      EXPECT_NEAR(season.OfHour(30), 1.2, 0.15);
      EXPECT_NEAR(season.OfHour(45), 2, 0.15);
    } else if (events < 100) {
      EXPECT_NEAR(season.OfHour(30), 3.2, 0.2);  // 160 events beside the 40
    } else {
      EXPECT_NEAR(season.OfHour(30), 4, 4 * kStepError);
      EXPECT_EQ(season.OfHour(45), right.OfHour(45));
    }
  }
}

}  // namespace
}  // namespace gmewatch
