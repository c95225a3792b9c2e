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
  SCOPED_TRACE(kSeed);
  Counts counts(kSeed);
  // About seven hundred an hour, and about one.
  for (const double rate : {2.0, 0.003}) {
    ModelRun run(kTicksPerDay);  // so that the level is not what five minutes said
    int asked = 0;
    for (int hour = 0; hour < 48; ++hour) {
      AddHours(1, rate, &counts, &run);
      asked += run.EndHour() ? 1 : 0;
    }
    EXPECT_EQ(asked, rate > 1 ? 1 : 0);
    EXPECT_EQ(run.state.season_hours > 0, rate > 1);
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
  double off = 0;
  for (int hour = 0; hour < 6 * 168; ++hour) {
    AddHours(1, rate(hour), &counts, &run);
    if (hour < 5 * 168 - 1) continue;
    // As it would have been a week later: what the hours of this week are expected to be.
    const double expected = run.ExpectedNext() / rate(hour + 1);
    off += std::abs(std::log(expected)) / 168;
  }
  EXPECT_GE(run.state.season_hours, kHoursPerWeek);
  EXPECT_LT(off, 0.1);
}

}  // namespace
}  // namespace gmewatch
