#include "daemon/detect/series/clump_size.h"

#include <gtest/gtest.h>

#include "daemon/detect/series/baseline.h"
#include "tests/daemon/detect/series/model_run.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

constexpr uint64_t kSeed = 20150304;
constexpr int kWeekTicks = 7 * static_cast<int>(kTicksPerDay);

// A clump size with this mean.
ClumpSize ClumpOf(double mean) {
  ClumpSize clump;
  // The first clump weighs as much as thirty.
  clump.Learn(30 * (mean - 1) + 1, 1e-9, {.vmr = 1e9F});
  return clump;
}

// Clumps of three events, each at a time of its own.
uint64_t Threes(double clumps, Random* counts) { return 3 * counts->Poisson(clumps); }

TEST(ClumpSizeTest, AreLearnedFromAnyDistribution) {
  Random counts(kSeed);
  ModelRun run;
  for (int i = 0; i < kWeekTicks; ++i) run.Add(Threes(0.03, &counts));
  EXPECT_NEAR(run.state.clump.mean(), 3, 0.1);
}

// If their size were overestimated, a dense series would seem sparse.
TEST(ClumpSizeTest, AreLearnedInDenseSeriesToo) {
  Random counts(kSeed);
  ModelRun run;
  for (int i = 0; i < 500; ++i) run.Add(counts.NegativeBinomial(0.8, 3));
  run.state.clump = ClumpOf(6);
  for (int i = 0; i < kWeekTicks; ++i) run.Add(counts.NegativeBinomial(0.8, 3));
  EXPECT_NEAR(run.state.clump.mean(), ClumpSize(3).mean(), 0.2);
  EXPECT_FALSE(run.state.counts_clumps);
}

TEST(ClumpSizeTest, AreCountedAfterAWeekInSparseSeries) {
  SeriesState state;
  state.clump = ClumpOf(1.8);
  state.levels = Levels(0.1, 167);
  EXPECT_FALSE(ShouldCountClumps(state, kTicksPerHour));
  state.levels = Levels(0.1, 168);
  EXPECT_TRUE(ShouldCountClumps(state, kTicksPerHour));
  state.season = 0;
  EXPECT_FALSE(ShouldCountClumps(state, kTicksPerHour));
  state.season_hours = 168;
  EXPECT_TRUE(ShouldCountClumps(state, kTicksPerHour));
  state.levels = Levels(0.4, 168);
  EXPECT_FALSE(ShouldCountClumps(state, kTicksPerHour));
  state.levels = Levels(0.1, 168);
  state.clump = ClumpSize();
  EXPECT_FALSE(ShouldCountClumps(state, kTicksPerHour));
}

TEST(ClumpSizeTest, KeepsItsModeNearTheLimitOfSparse) {
  const ClumpSize clump = ClumpOf(2);
  for (const bool counted : {false, true}) {
    EXPECT_TRUE(clump.ShouldCount({.level = 0.35F, .counts_clumps = counted}));
    EXPECT_EQ(clump.ShouldCount({.level = 0.4F, .counts_clumps = counted}), counted);
    EXPECT_FALSE(clump.ShouldCount({.level = 0.45F, .counts_clumps = counted}));
  }
}

TEST(ClumpSizeTest, IsAssumedUntilAHundredEventsAreKnown) {
  const ClumpSize clump;
  const auto vmr = [&clump](const KnownSeries& series) {
    return clump.DispersionOf(series.level, series).vmr;
  };
  EXPECT_EQ(vmr({.level = 0.1F, .events = 72}), Dispersion::kPrior);
  EXPECT_EQ(vmr({.level = 0.1F, .events = 108}), 1);
  // A burst raises it at once. In a denser series fewer events suffice.
  EXPECT_EQ(vmr({.level = 0.1F, .events = 72, .vmr = 4}), 4);
  EXPECT_EQ(vmr({.level = 0.5F, .events = 54}), 1);
}

// The unit of a count changes then: the events of an earlier burst are not as many clumps.
TEST(ClumpSizeTest, RaiseNothingWhenTheirCountingBegins) {
  Random counts(kSeed);
  ModelRun run(500);
  int ticks = 0;
  while (!run.state.counts_clumps) {
    ASSERT_LT(++ticks, 2 * kWeekTicks);
    // A burst in the last minutes of each hour, which is a change point when the hour ends.
    run.Add(ticks % 360 == 350 ? 9 : counts.NegativeBinomial(0.01, 3));
    ASSERT_EQ(run.state.phase, SeriesPhase::kQuiet) << ticks;
  }
  EXPECT_TRUE(run.state.change_points.empty());
}

TEST(ClumpSizeTest, CountsTheMeanWithLessVariance) {
  const KnownSeries series = {.level = 0.1F, .vmr = 3, .counts_clumps = true};
  const ClumpSize clump(series.vmr);
  Random counts(kSeed);
  const TickDispersion dispersion = clump.DispersionOf(series.level, series);
  double sum = 0;
  double squares = 0;
  constexpr int kTicks = 1'000'000;
  for (int i = 0; i < kTicks; ++i) {
    const auto events = static_cast<double>(counts.NegativeBinomial(series.level, series.vmr));
    const double counted = clump.CountedEvents(events, dispersion, series);
    sum += counted;
    squares += counted * counted;
  }
  EXPECT_NEAR(sum / kTicks, series.level, 0.002);
  EXPECT_NEAR((squares / sum - sum / kTicks) / dispersion.unit, dispersion.vmr, 0.05);
  EXPECT_LT(dispersion.unit * dispersion.vmr, 1.85);
}

TEST(ClumpSizeTest, DoesNotHideABurst) {
  const ClumpSize clump = ClumpOf(1.8);
  for (const bool counted : {false, true}) {
    const KnownSeries series = {.level = 0.1F, .vmr = 3, .counts_clumps = counted};
    const TickDispersion dispersion = clump.DispersionOf(0.1, series);
    const auto count = [&](double events) {
      return clump.CountedEvents(events, dispersion, series);
    };
    EXPECT_EQ(count(0), 0);
    EXPECT_EQ(count(1), counted ? dispersion.unit : 1);
    EXPECT_EQ(count(12), counted ? dispersion.unit : 12);
    // Six of the events beyond a plausible clump count as one.
    EXPECT_EQ(count(612), count(12) + 100);
  }
}

// One burst in the first hours of a rare code raises no alarm; five in a row do.
TEST(ClumpSizeTest, OfAnUnknownSeriesRaiseNoAlarmOnce) {
  ModelRun run(500);
  run.Add(15);
  EXPECT_EQ(run.state.phase, SeriesPhase::kQuiet);
  for (int i = 0; i < 4; ++i) run.Add(15);
  EXPECT_EQ(run.state.phase, SeriesPhase::kSpike);
  // The rise has the events that occurred, whatever they were counted as; what was not counted
  // fades.
  EXPECT_NEAR(run.state.rise.events(), 75, 5);
}

// Four times as many clumps over an hour; counted by events it would not be found.
TEST(ClumpSizeTest, OfFourTimesTheRateAreARise) {
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
