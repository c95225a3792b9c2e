#include "daemon/detect/clumps.h"

#include <gtest/gtest.h>

#include "tests/daemon/detect/model_run.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

constexpr uint64_t kSeed = 20150304;
constexpr int kWeekTicks = 7 * static_cast<int>(kTicksPerDay);

// Clumps of three events, each at a time of its own.
uint64_t Threes(double clumps, Random* counts) { return 3 * counts->Poisson(clumps); }

TEST(ClumpsTest, AreLearnedFromAnyDistribution) {
  Random counts(kSeed);
  ModelRun run;
  for (int i = 0; i < kWeekTicks; ++i) run.Add(Threes(0.03, &counts));
  EXPECT_NEAR(run.state.clump, 3, 0.1);
}

// If their size were overestimated, a dense series would seem sparse.
TEST(ClumpsTest, AreLearnedInDenseSeriesToo) {
  Random counts(kSeed);
  ModelRun run;
  for (int i = 0; i < 500; ++i) run.Add(counts.NegativeBinomial(0.8, 3));
  run.state.clump = 6;
  for (int i = 0; i < kWeekTicks; ++i) run.Add(counts.NegativeBinomial(0.8, 3));
  EXPECT_NEAR(run.state.clump, ClumpOfVariance(3), 0.2);
  EXPECT_FALSE(run.state.counts_clumps);
}

TEST(ClumpsTest, AreCountedAfterAWeekInSparseSeries) {
  SeriesState state;
  state.level = 0.1F;
  state.clump = 1.8F;
  state.level_hours = 167;
  EXPECT_FALSE(ShouldCountClumps(state));
  state.level_hours = 168;
  EXPECT_TRUE(ShouldCountClumps(state));
  state.season = 0;
  EXPECT_FALSE(ShouldCountClumps(state));
  state.season_hours = 168;
  EXPECT_TRUE(ShouldCountClumps(state));
  state.level = 0.4F;
  EXPECT_FALSE(ShouldCountClumps(state));
  state.level = 0.1F;
  state.clump = 1;
  EXPECT_FALSE(ShouldCountClumps(state));
}

TEST(ClumpsTest, KeepTheirModeNearTheLimitOfSparse) {
  SeriesState state;
  state.level_hours = 168;
  state.clump = 2;
  for (const bool counted : {false, true}) {
    state.counts_clumps = counted;
    state.level = 0.35F;
    EXPECT_TRUE(ShouldCountClumps(state));
    state.level = 0.4F;
    EXPECT_EQ(ShouldCountClumps(state), counted);
    state.level = 0.45F;
    EXPECT_FALSE(ShouldCountClumps(state));
  }
}

TEST(ClumpsTest, AreAssumedUntilAHundredEventsAreKnown) {
  SeriesState state;
  state.vmr = 1;
  state.level = 0.1F;
  state.level_hours = 2;
  EXPECT_EQ(DispersionOf(state, 0.1, kTicksPerHour).vmr, kVmrPrior);
  state.level_hours = 3;
  EXPECT_EQ(DispersionOf(state, 0.1, kTicksPerHour).vmr, 1);
  // A burst raises it at once. In a denser series fewer events suffice.
  state.level_hours = 2;
  state.vmr = 4;
  EXPECT_EQ(DispersionOf(state, 0.1, kTicksPerHour).vmr, 4);
  state.vmr = 1;
  state.level = 0.5F;
  state.level_hours = 0.3F;
  EXPECT_EQ(DispersionOf(state, 0.5, kTicksPerHour).vmr, 1);
}

// The unit of a count changes then: the events of an earlier burst are not as many clumps.
TEST(ClumpsTest, RaiseNothingWhenTheirCountingBegins) {
  Random counts(kSeed);
  ModelRun run(500);
  int ticks = 0;
  while (!run.state.counts_clumps) {
    ASSERT_LT(++ticks, 2 * kWeekTicks);
    // A burst in the last minutes of each hour, which is a change point when the hour ends.
    run.Add(ticks % 360 == 350 ? 9 : counts.NegativeBinomial(0.01, 3));
    ASSERT_EQ(run.state.phase, SeriesPhase::kQuiet) << ticks;
  }
  EXPECT_EQ(run.state.change_point_count, 0);
}

TEST(ClumpsTest, CountTheMeanWithLessVariance) {
  SeriesState state;
  state.level = 0.1F;
  state.vmr = 3;
  state.clump = ClumpOfVariance(3);
  state.counts_clumps = true;
  Random counts(kSeed);
  const Dispersion dispersion = DispersionOf(state, state.level, kTicksPerHour);
  double sum = 0;
  double squares = 0;
  constexpr int kTicks = 1'000'000;
  for (int i = 0; i < kTicks; ++i) {
    const auto events = static_cast<double>(counts.NegativeBinomial(state.level, state.vmr));
    const double counted = CountedEvents(state, dispersion, events);
    sum += counted;
    squares += counted * counted;
  }
  EXPECT_NEAR(sum / kTicks, state.level, 0.002);
  EXPECT_NEAR((squares / sum - sum / kTicks) / dispersion.unit, dispersion.vmr, 0.05);
  EXPECT_LT(dispersion.unit * dispersion.vmr, 1.85);
}

TEST(ClumpsTest, DoNotHideABurst) {
  SeriesState state;
  state.vmr = 3;
  state.clump = 1.8F;
  for (const bool counted : {false, true}) {
    state.counts_clumps = counted;
    const Dispersion dispersion = DispersionOf(state, 0.1, kTicksPerHour);
    EXPECT_EQ(CountedEvents(state, dispersion, 0), 0);
    EXPECT_EQ(CountedEvents(state, dispersion, 1), counted ? dispersion.unit : 1);
    EXPECT_EQ(CountedEvents(state, dispersion, 12), counted ? dispersion.unit : 12);
    // Six of the events beyond a plausible clump count as one.
    EXPECT_EQ(CountedEvents(state, dispersion, 612), CountedEvents(state, dispersion, 12) + 100);
  }
}

// One burst in the first hours of a rare code raises no alarm; five in a row do.
TEST(ClumpsTest, OfAnUnknownSeriesRaiseNoAlarmOnce) {
  ModelRun run(500);
  run.Add(15);
  EXPECT_EQ(run.state.phase, SeriesPhase::kQuiet);
  for (int i = 0; i < 4; ++i) run.Add(15);
  EXPECT_EQ(run.state.phase, SeriesPhase::kSpike);
  // The rise has the events that occurred, whatever they were counted as; what was not counted
  // fades.
  EXPECT_NEAR(run.state.rise.events, 75, 5);
}

// Four times as many clumps over an hour; counted by events it would not be found.
TEST(ClumpsTest, OfFourTimesTheRateAreARise) {
  Random counts(kSeed);
  DetectSettings settings;
  settings.false_alarms_per_week = 1;
  ModelRun run(0, settings);
  run.model.SetSeriesCount(5000);
  for (int i = 0; i < 2 * kWeekTicks; ++i) run.Add(counts.NegativeBinomial(0.1, 3));
  ASSERT_EQ(run.state.phase, SeriesPhase::kQuiet);
  bool rose = false;
  for (int i = 0; i < 600 && !rose; ++i) {
    run.Add(counts.NegativeBinomial(0.4, 3));
    rose = run.state.phase == SeriesPhase::kSpike;
  }
  EXPECT_TRUE(rose);
}

}  // namespace
}  // namespace gmewatch
