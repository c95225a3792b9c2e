#include "daemon/detect/series_model.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>

#include "tests/daemon/detect/model_run.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

constexpr uint64_t kSeed = 20150304;

using Bytes = std::array<char, sizeof(SeriesState)>;

Bytes BytesOf(const SeriesState& state) {
  Bytes bytes;
  std::memcpy(bytes.data(), &state, sizeof(SeriesState));
  return bytes;
}

TEST(SeriesModelTest, FindsTheHourAndTheMomentOfTheWeek) {
  const SeriesModel model({});
  EXPECT_EQ(model.HourOf(0), 0);
  EXPECT_EQ(model.HourOf(359), 0);
  EXPECT_EQ(model.HourOf(360), 1);
  EXPECT_EQ(model.HourOf(kFirstTick), 395'957);
  // Before its middle, an hour is interpolated with the hour before.
  EXPECT_EQ(model.MomentOf(kFirstTick).from, (395'957 - 1) % 168);
  EXPECT_EQ(model.MomentOf(kFirstTick + 180).from, 395'957 % 168);
  EXPECT_NEAR(model.MomentOf(kFirstTick + 180).weight, 0, 0.002);
  DetectSettings settings;
  settings.tick = absl::Seconds(7);
  EXPECT_EQ(SeriesModel(settings).HourOf(514), 0);  // its tick begins at 3598 s
  EXPECT_EQ(SeriesModel(settings).HourOf(515), 1);
}

TEST(SeriesModelTest, PrefersItsOwnSeason) {
  const SeriesModel model({});
  Season own;
  Season above;
  for (size_t hour = 0; hour < kHoursPerWeek; ++hour) {
    own.Learn(hour, 2, 1);
    above.Learn(hour, 0.5, 1);
  }
  const SeriesState state = model.NewSeries(kFirstTick, kTicksPerDay);
  const double flat = model.Expected(kFirstTick, nullptr, nullptr, state);
  EXPECT_NEAR(model.Expected(kFirstTick, nullptr, &above, state) / flat, 0.5, 0.001);
  EXPECT_NEAR(model.Expected(kFirstTick, &own, &above, state) / flat, 2, 0.001);
}

TEST(SeriesModelTest, SharesTheBudgetOfFalseAlarms) {
  SeriesModel model({});
  const double alone = model.threshold();
  model.SetSeriesCount(1000);
  EXPECT_NEAR(model.threshold() - alone, std::log(1000), 1e-9);
}

TEST(SeriesModelTest, JudgesANewSeriesAfterTwelveTicks) {
  ModelRun run;
  for (int tick = 0; tick < 11; ++tick) run.Add(20);
  EXPECT_EQ(run.state.phase, SeriesPhase::kNew);
  EXPECT_EQ(run.model.Score(run.state), 0);
  EXPECT_NEAR(run.ExpectedNext(), 20, 1e-3);
  run.Add(20);
  EXPECT_EQ(run.state.phase, SeriesPhase::kQuiet);
  EXPECT_NEAR(run.state.level, 240.5 / 12.5, 1e-4);
  run.Add(200);
  EXPECT_EQ(run.state.phase, SeriesPhase::kSpike);
}

TEST(SeriesModelTest, JudgesALongSilentSeriesAtItsFirstEvents) {
  ModelRun run(kTicksPerDay);
  EXPECT_EQ(run.state.phase, SeriesPhase::kQuiet);
  EXPECT_NEAR(run.state.level, 0.5 / (kTicksPerDay + 0.5), 1e-8);
  run.Add(1);
  EXPECT_EQ(run.state.phase, SeriesPhase::kQuiet);
  run.Add(100);
  EXPECT_EQ(run.state.phase, SeriesPhase::kSpike);
}

TEST(SeriesModelTest, ARiseOfFewSessionsIsALoopUntilMoreReport) {
  ModelRun run(kTicksPerDay);
  run.Add(100, 0b11);
  EXPECT_EQ(run.state.phase, SeriesPhase::kLoop);
  run.Add(100, 0b10);
  EXPECT_EQ(run.state.phase, SeriesPhase::kLoop);
  run.Add(100, 0b100);  // the third
  EXPECT_EQ(run.state.phase, SeriesPhase::kSpike);
}

TEST(SeriesModelTest, ASpikeNeedsTheMinimumExcess) {
  DetectSettings settings;
  settings.min_excess_events = 150;
  ModelRun run(kTicksPerDay, settings);
  run.Add(149);
  EXPECT_GT(run.model.Score(run.state), 1);
  EXPECT_EQ(run.state.phase, SeriesPhase::kQuiet);
  run.Add(2);
  EXPECT_EQ(run.state.phase, SeriesPhase::kSpike);
}

TEST(SeriesModelTest, TicksWithoutEventsCountAloneOrTogether) {
  ModelRun one_by_one;
  ModelRun at_once;
  Random counts(kSeed);
  for (uint32_t tick = 0; tick < 300; ++tick) {
    const uint64_t events = tick < 40 || tick % 20 == 0 ? 1 + counts.Poisson(1) : 0;
    one_by_one.Add(events);
    if (events == 0) continue;
    at_once.model.Advance({.tick = kFirstTick + tick, .sessions = 7, .events = events}, nullptr,
                          nullptr, &at_once.state);
  }
  one_by_one.model.EndHour(kFirstTick + 359, nullptr, nullptr, &one_by_one.state);
  at_once.model.EndHour(kFirstTick + 359, nullptr, nullptr, &at_once.state);
  EXPECT_EQ(at_once.state.tick, one_by_one.state.tick);
  EXPECT_EQ(at_once.state.phase, SeriesPhase::kQuiet);
  EXPECT_NEAR(at_once.ExpectedNext() / one_by_one.ExpectedNext(), 1, 0.1);
  EXPECT_NEAR(at_once.state.vmr / one_by_one.state.vmr, 1, 0.05);
}

TEST(SeriesModelTest, SkippedTicksAreNoData) {
  ModelRun run;
  for (int tick = 0; tick < 300; ++tick) run.Add(5);
  const double expected = run.ExpectedNext();
  run.model.Skip(run.state.tick + 30, &run.state);
  EXPECT_EQ(run.ExpectedNext(), expected);
  EXPECT_EQ(run.state.tick, kFirstTick + 329);
}

TEST(SeriesModelTest, ContinuesFromACopyBitForBit) {
  SCOPED_TRACE(kSeed);
  Random counts(kSeed);
  ModelRun run;
  const auto rate = [](int tick) { return tick % 5000 > 4700 ? 60.0 : 6.0; };
  int tick = 0;
  for (int copies = 0; copies < 12; ++copies) {
    for (int i = 0; i < 4790; ++i) run.Add(counts.NegativeBinomial(rate(tick++), 1.5));
    ModelRun copy;
    std::memcpy(&copy.state, &run.state, sizeof(SeriesState));
    if (run.season.has_value()) {
      std::memcpy(&copy.season.emplace(), &*run.season, sizeof(Season));
    }
    Random again = counts;
    for (int i = 0; i < 2000; ++i) {
      const double now = rate(tick++);
      run.Add(counts.NegativeBinomial(now, 1.5));
      copy.Add(again.NegativeBinomial(now, 1.5));
      ASSERT_EQ(BytesOf(copy.state), BytesOf(run.state)) << tick;
      ASSERT_EQ(copy.ExpectedNext(), run.ExpectedNext()) << tick;
      ASSERT_EQ(copy.model.Score(copy.state), run.model.Score(run.state)) << tick;
    }
    EXPECT_EQ(copy.season.has_value(), run.season.has_value());
  }
  EXPECT_TRUE(run.season.has_value());
}

}  // namespace
}  // namespace gmewatch
