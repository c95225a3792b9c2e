#include "daemon/detect/clumps.h"

#include <gtest/gtest.h>

#include "tests/daemon/detect/counts.h"
#include "tests/daemon/detect/model_run.h"

namespace gmewatch {
namespace {

constexpr uint64_t kSeed = 20150304;
constexpr int kWeekTicks = 7 * static_cast<int>(kTicksPerDay);

// Clumps of three events, each at a time of its own.
uint64_t Threes(double clumps, Counts* counts) { return 3 * counts->Poisson(clumps); }

TEST(ClumpsTest, AreLearnedWhateverTheirDistribution) {
  Counts counts(kSeed);
  ModelRun run;
  for (int i = 0; i < kWeekTicks; ++i) run.Add(Threes(0.03, &counts));
  EXPECT_NEAR(run.state.clump, 3, 0.1);
}

TEST(ClumpsTest, AreCountedAfterAWeekWhereTheyAreSparse) {
  SeriesState state;
  state.level = 0.1F;
  state.clump = 1.8F;
  state.level_hours = 167;
  EXPECT_FALSE(CountsClumps(state));
  state.level_hours = 168;
  EXPECT_TRUE(CountsClumps(state));
  state.level = 0.4F;
  EXPECT_FALSE(CountsClumps(state));
  state.level = 0.1F;
  state.clump = 1;
  EXPECT_FALSE(CountsClumps(state));
}

TEST(ClumpsTest, CountTheMeanWithLessVariance) {
  SeriesState state;
  state.level = 0.1F;
  state.vmr = 3;
  state.clump = ClumpOfVariance(3);
  Counts counts(kSeed);
  const ClumpedTick clumped = ClumpedTickOf(state, state.level);
  double sum = 0;
  double squares = 0;
  constexpr int kTicks = 1'000'000;
  for (int i = 0; i < kTicks; ++i) {
    const auto events = static_cast<double>(counts.NegativeBinomial(state.level, state.vmr));
    const double counted = CountedEvents(state, clumped, events);
    sum += counted;
    squares += counted * counted;
  }
  EXPECT_NEAR(sum / kTicks, state.level, 0.002);
  EXPECT_NEAR(squares / sum - sum / kTicks, clumped.vmr, 0.1);
  EXPECT_LT(clumped.vmr, 1.85);
}

TEST(ClumpsTest, DoNotHideABurst) {
  SeriesState state;
  state.vmr = 3;
  state.clump = 1.8F;
  const ClumpedTick clumped = ClumpedTickOf(state, 0.1);
  EXPECT_EQ(CountedEvents(state, clumped, 0), 0);
  EXPECT_EQ(CountedEvents(state, clumped, 1), clumped.events);
  EXPECT_EQ(CountedEvents(state, clumped, 12), clumped.events);
  EXPECT_EQ(CountedEvents(state, clumped, 112), clumped.events + 100);
}

// A threefold rate of clumps over an hour: by its events alone it would be little news.
TEST(ClumpsTest, OfThriceTheRateAreARise) {
  Counts counts(kSeed);
  DetectSettings settings;
  settings.false_alarms_per_week = 1;
  ModelRun run(0, settings);
  run.model.SetSeries(5000);
  for (int i = 0; i < 2 * kWeekTicks; ++i) run.Add(counts.NegativeBinomial(0.1, 3));
  ASSERT_EQ(run.state.phase, SeriesPhase::kQuiet);
  bool rose = false;
  for (int i = 0; i < 600 && !rose; ++i) {
    run.Add(counts.NegativeBinomial(0.3, 3));
    rose = run.state.phase == SeriesPhase::kSpike;
  }
  EXPECT_TRUE(rose);
}

}  // namespace
}  // namespace gmewatch
