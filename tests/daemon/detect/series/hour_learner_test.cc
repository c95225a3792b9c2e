#include "daemon/detect/series/hour_learner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/daemon/detect/series/model_run.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

constexpr uint64_t kSeed = 11;

void AddHours(int hours, double rate, Random* counts, ModelRun* run) {
  for (uint32_t tick = 0; tick < static_cast<uint32_t>(hours) * kTicksPerHour; ++tick) {
    run->Add(counts->Poisson(rate));
  }
}

TEST(HourLearnerTest, ASeriesWithEnoughEventsAsksForASeasonOnce) {
  SCOPED_TRACE(kSeed);
  Random counts(kSeed);
  // About 700 events an hour, and about one.
  for (const double rate : {2.0, 0.003}) {
    // The rare code has been watched for a day, so that its level is not that of two minutes.
    ModelRun run(rate > 1 ? 0 : kTicksPerDay);
    int asked = 0;
    for (int hour = 0; hour < 48; ++hour) {
      AddHours(1, rate, &counts, &run);
      asked += run.EndHour() ? 1 : 0;
    }
    EXPECT_EQ(asked, rate > 1 ? 1 : 0);
    EXPECT_EQ(run.state.season_hours > 0, rate > 1);
  }
}

TEST(HourLearnerTest, LearnsTheLevel) {
  for (const double rate : {0.05, 1.0, 30.0}) {
    SCOPED_TRACE(testing::Message() << "rate " << rate << " seed " << kSeed);
    Random counts(kSeed);
    ModelRun run;
    AddHours(24 * 9, rate, &counts, &run);
    const double events = 24 * 9 * kTicksPerHour * rate;
    double season = 0;
    for (size_t hour = 0; hour < kHoursPerWeek; ++hour) {
      season += run.season.has_value() ? run.season->OfHour(hour) / kHoursPerWeek : 1.0 / 168;
    }
    EXPECT_NEAR(season * run.state.levels.level() / rate, 1, 0.02 + 3 / std::sqrt(events));
    EXPECT_NEAR(run.ExpectedNext() / rate, 1, 0.1);
    EXPECT_GE(run.state.levels.hours(), 80);
  }
}

// A suspected rise does not teach the level, so it does not add to the hours that it is known from.
TEST(HourLearnerTest, HoursOfASuspectedRiseTeachNothing) {
  SCOPED_TRACE(kSeed);
  Random counts(kSeed);
  ModelRun run;
  for (int tick = 0; tick < 300; ++tick) run.Add(counts.Poisson(10));
  for (int tick = 300; !run.state.suspect; ++tick) {
    ASSERT_LT(tick, 359);
    run.Add(22);
  }
  ASSERT_EQ(run.state.phase, SeriesPhase::kQuiet);
  const float hours = run.state.levels.hours();
  const float level = run.state.levels.level();
  const float drift = run.state.drift.squared();
  run.EndHour();
  EXPECT_EQ(run.state.levels.hours(), hours);
  EXPECT_EQ(run.state.levels.level(), level);
  EXPECT_EQ(run.state.drift.squared(), drift);
}

TEST(HourLearnerTest, LearnsTheVariance) {
  for (const double vmr : {1.0, 2.0, 5.0}) {
    SCOPED_TRACE(testing::Message() << "vmr " << vmr << " seed " << kSeed);
    Random counts(kSeed);
    ModelRun run;
    for (uint32_t tick = 0; tick < 2 * kTicksPerDay; ++tick) {
      run.Add(vmr > 1 ? counts.NegativeBinomial(20, vmr) : counts.Poisson(20));
    }
    EXPECT_NEAR(run.state.dispersion.vmr() / vmr, 1, 0.15);
  }
}

TEST(HourLearnerTest, DriftIsTheErrorOfHours) {
  SCOPED_TRACE(kSeed);
  Random counts(kSeed);
  ModelRun steady;
  ModelRun restless;
  for (int hour = 0; hour < 24 * 6; ++hour) {
    AddHours(1, 20, &counts, &steady);
    AddHours(1, 20 * std::exp(0.3 * (counts.Uniform() + counts.Uniform() - 1)), &counts, &restless);
  }
  EXPECT_LT(steady.state.drift.squared(), 0.004);
  EXPECT_GT(restless.state.drift.squared(), 2 * steady.state.drift.squared());
}

TEST(HourLearnerTest, LearnsTheSeasonOfTheDayAndOfTheWeek) {
  SCOPED_TRACE(kSeed);
  Random counts(kSeed);
  ModelRun run;
  // Twice the rate in the second half of a day, and 1.5 times the rate on one day of the week.
  const auto rate = [](int hour) {
    return 10.0 * (hour % 24 >= 12 ? 2 : 1) * (hour / 24 % 7 == 3 ? 1.5 : 1);
  };
  double off = 0;
  for (int hour = 0; hour < 6 * 168; ++hour) {
    AddHours(1, rate(hour), &counts, &run);
    if (hour < 5 * 168 - 1) continue;
    // The expected rate of the hours of the sixth week.
    const double expected = run.ExpectedNext() / rate(hour + 1);
    off += std::abs(std::log(expected)) / 168;
  }
  EXPECT_GE(run.state.season_hours, kHoursPerWeek);
  EXPECT_LT(off, 0.1);
}

// Some forty events determine an hour to 16 %; all days together much better.
TEST(HourLearnerTest, LearnsTheHoursOfASparseSeriesFromAllDays) {
  const auto rate = [](int hour) {
    return 0.11 * (1 + 0.5 * std::sin(hour * std::numbers::pi / 12));
  };
  double off = 0;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    Random counts(seed);
    ModelRun run;
    const auto first = static_cast<size_t>(run.model.times().HourOf(kFirstTick));
    const int hours = 24 * 9;
    for (int hour = 0; hour < hours; ++hour) AddHours(1, rate(hour), &counts, &run);
    ASSERT_GE(run.state.season_hours, kHoursPerWeek);
    for (int hour = hours; hour < hours + static_cast<int>(kHoursPerWeek); ++hour) {
      const size_t of_week = (first + static_cast<size_t>(hour)) % kHoursPerWeek;
      const double expected = run.state.levels.level() * run.season->OfHour(of_week) / rate(hour);
      off += std::pow(std::log(expected), 2) / kHoursPerWeek / 5;
    }
  }
  EXPECT_LT(std::sqrt(off), 0.09);
}

}  // namespace
}  // namespace gmewatch
