// The half of SeriesModel that daemon/detect/learn_hour.cc has.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/daemon/detect/counts.h"
#include "tests/daemon/detect/model_run.h"

namespace gmewatch {
namespace {

constexpr uint64_t kSeed = 11;

void AddHours(int hours, double rate, Counts* counts, ModelRun* run) {
  for (uint32_t tick = 0; tick < static_cast<uint32_t>(hours) * kTicksPerHour; ++tick) {
    run->Add(counts->Poisson(rate));
  }
}

TEST(LearnHourTest, ASeriesThatCountsEnoughAsksForASeasonOnce) {
  Counts counts(kSeed);
  ModelRun busy;
  AddHours(1, 1, &counts, &busy);
  EXPECT_FALSE(busy.EndHour());  // the first hour was not watched as a whole
  AddHours(1, 1, &counts, &busy);
  EXPECT_TRUE(busy.EndHour());
  AddHours(1, 1, &counts, &busy);
  EXPECT_FALSE(busy.EndHour());
  EXPECT_EQ(busy.state.season_hours, 1);

  ModelRun rare;
  for (int hour = 0; hour < 24; ++hour) {
    AddHours(1, 0.003, &counts, &rare);  // about one an hour
    EXPECT_FALSE(rare.EndHour());
  }
}

TEST(LearnHourTest, LearnsTheLevel) {
  for (const double rate : {0.05, 1.0, 30.0}) {
    SCOPED_TRACE(testing::Message() << "rate " << rate << " seed " << kSeed);
    Counts counts(kSeed);
    ModelRun run;
    AddHours(24 * 9, rate, &counts, &run);
    const double events = 24 * 9 * kTicksPerHour * rate;
    double season = 0;
    for (size_t hour = 0; hour < kHoursPerWeek; ++hour) {
      season += run.season.has_value() ? run.season->OfHour(hour) / kHoursPerWeek : 1.0 / 168;
    }
    EXPECT_NEAR(season * run.state.level / rate, 1, 0.02 + 3 / std::sqrt(events));
    EXPECT_NEAR(run.ExpectedNext() / rate, 1, 0.1);
    EXPECT_GT(run.state.level_hours, 150);
  }
}

TEST(LearnHourTest, LearnsTheVariance) {
  for (const double vmr : {1.0, 2.0, 5.0}) {
    SCOPED_TRACE(testing::Message() << "vmr " << vmr << " seed " << kSeed);
    Counts counts(kSeed);
    ModelRun run;
    for (uint32_t tick = 0; tick < 2 * kTicksPerDay; ++tick) {
      run.Add(vmr > 1 ? counts.NegativeBinomial(20, vmr) : counts.Poisson(20));
    }
    EXPECT_NEAR(run.state.vmr / vmr, 1, 0.15);
  }
}

TEST(LearnHourTest, DriftIsHowFarHoursWereOff) {
  SCOPED_TRACE(kSeed);
  Counts counts(kSeed);
  ModelRun steady;
  ModelRun restless;
  for (int hour = 0; hour < 24 * 6; ++hour) {
    AddHours(1, 20, &counts, &steady);
    AddHours(1, 20 * std::exp(0.3 * (counts.Uniform() + counts.Uniform() - 1)), &counts, &restless);
  }
  EXPECT_LT(steady.state.drift, 0.004);
  EXPECT_GT(restless.state.drift, 2 * steady.state.drift);
}

TEST(LearnHourTest, LearnsTheRhythmOfTheDayAndOfTheWeek) {
  SCOPED_TRACE(kSeed);
  Counts counts(kSeed);
  ModelRun run;
  // Twice as many in the second half of a day, and half as many again on one day of the week.
  const auto rate = [](int hour) {
    return 10.0 * (hour % 24 >= 12 ? 2 : 1) * (hour / 24 % 7 == 3 ? 1.5 : 1);
  };
  const int hours = 24 * 7 * 6;
  for (int hour = 0; hour < hours; ++hour) AddHours(1, rate(hour), &counts, &run);
  ASSERT_TRUE(run.season.has_value());
  EXPECT_EQ(run.state.season_hours, kHoursPerWeek);
  const int64_t first = run.model.HourOf(kFirstTick);
  double off = 0;
  for (int hour = 0; hour < 168; ++hour) {
    const auto of_week = static_cast<size_t>((first + hour) % 168);
    const double learned = run.state.level * run.season->OfHour(of_week) / rate(hour);
    // What another week says of an hour is taken up by and by, so the special day is still on its
    // way.
    EXPECT_NEAR(learned, 1, 0.25) << hour;
    off += std::abs(learned - 1) / 168;
  }
  EXPECT_LT(off, 0.05);
}

}  // namespace
}  // namespace gmewatch
