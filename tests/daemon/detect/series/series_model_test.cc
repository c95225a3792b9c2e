#include "daemon/detect/series/series_model.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>

#include "tests/daemon/detect/series/model_run.h"
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
  EXPECT_EQ(model.times().HourOf(0), 0);
  EXPECT_EQ(model.times().HourOf(359), 0);
  EXPECT_EQ(model.times().HourOf(360), 1);
  EXPECT_EQ(model.times().HourOf(kFirstTick), 395'957);
  // Before its middle, an hour is interpolated with the hour before.
  EXPECT_EQ(model.times().MomentOf(kFirstTick).from, (395'957 - 1) % 168);
  EXPECT_EQ(model.times().MomentOf(kFirstTick + 180).from, 395'957 % 168);
  EXPECT_NEAR(model.times().MomentOf(kFirstTick + 180).weight, 0, 0.002);
  DetectSettings settings;
  settings.tick = absl::Seconds(7);
  EXPECT_EQ(SeriesModel(settings).times().HourOf(514), 0);  // its tick begins at 3598 s
  EXPECT_EQ(SeriesModel(settings).times().HourOf(515), 1);
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
  EXPECT_NEAR(run.state.levels.level(), 240.5 / 12.5, 1e-4);
  for (int tick = 0; tick < 4; ++tick) run.Add(200);
  EXPECT_EQ(run.state.phase, SeriesPhase::kSpike);
  EXPECT_EQ(run.state.rise.start(), kFirstTick + 12);
}

TEST(SeriesModelTest, JudgesALongSilentSeriesAtItsFirstEvents) {
  ModelRun run(kTicksPerDay);
  EXPECT_EQ(run.state.phase, SeriesPhase::kQuiet);
  EXPECT_NEAR(run.state.levels.level(), 0.5 / (kTicksPerDay + 0.5), 1e-8);
  run.Add(1);
  EXPECT_EQ(run.state.phase, SeriesPhase::kQuiet);
  for (int tick = 0; tick < 4; ++tick) run.Add(100);
  EXPECT_EQ(run.state.phase, SeriesPhase::kSpike);
}

TEST(SeriesModelTest, ARiseOfFewSessionsIsALoopUntilMoreReport) {
  ModelRun run(kTicksPerDay);
  for (int tick = 0; tick < 4; ++tick) run.Add(100, 0b11);
  EXPECT_EQ(run.state.phase, SeriesPhase::kLoop);
  run.Add(100, 0b10);
  EXPECT_EQ(run.state.phase, SeriesPhase::kLoop);
  run.Add(100, 0b100);  // the third
  EXPECT_EQ(run.state.phase, SeriesPhase::kSpike);
}

// What a tick does not count for the score counts for the excess, but fades.
TEST(SeriesModelTest, ASpikeNeedsTheMinimumExcess) {
  DetectSettings settings;
  settings.min_excess_events = 150;
  ModelRun run(kTicksPerDay, settings);
  double events = 0;
  double score = 0;
  while (run.state.phase == SeriesPhase::kQuiet && events < 500) {
    score = run.model.Score(run.state);
    run.Add(10);
    events += 10;
  }
  EXPECT_GT(score, 1);
  EXPECT_GE(events, 150);
  EXPECT_LE(events, 200);
}

// Also where many events make up for a drift, so that a small excess decides.
TEST(SeriesModelTest, ABurstOfOneTickRaisesNothingHoweverLarge) {
  for (const double rate : {0.0, 0.1, 1.0, 30.0, 1000.0, 20'000.0}) {
    for (const uint64_t burst : {50U, 10'000U, 100'000'000U}) {
      SCOPED_TRACE(testing::Message() << "rate " << rate << " burst " << burst);
      Random counts(kSeed);
      ModelRun run(rate == 0 ? kTicksPerDay : 0);
      for (uint32_t tick = 0; tick < 2 * kTicksPerHour + 7; ++tick) run.Add(counts.Poisson(rate));
      run.Add(burst + static_cast<uint64_t>(rate));
      EXPECT_EQ(run.state.phase, SeriesPhase::kQuiet);
      for (int tick = 0; tick < 100; ++tick) {
        run.Add(counts.Poisson(rate));
        ASSERT_EQ(run.state.phase, SeriesPhase::kQuiet) << tick;
      }
    }
  }
}

TEST(SeriesModelTest, AnOutageIsFoundAfterHalfAMinuteAtAnyRate) {
  for (const double rate : {1.0, 10.0, 100.0, 1000.0, 20'000.0}) {
    for (const uint32_t hours : {2U, 24U, 200U}) {
      SCOPED_TRACE(testing::Message() << "rate " << rate << " hours " << hours);
      Random counts(kSeed);
      ModelRun run;
      for (uint32_t tick = 0; tick < hours * kTicksPerHour; ++tick) run.Add(counts.Poisson(rate));
      ASSERT_EQ(run.state.phase, SeriesPhase::kQuiet);
      for (int tick = 0; tick < 2; ++tick) run.Add(counts.Poisson(20 * rate));
      EXPECT_EQ(run.state.phase, SeriesPhase::kQuiet);
      for (int tick = 2; tick < 6; ++tick) run.Add(counts.Poisson(20 * rate));
      EXPECT_EQ(run.state.phase, SeriesPhase::kSpike);
    }
  }
}

// A tick of half a minute may be an alarm.
TEST(SeriesModelTest, ALongTickMayBeAnAlarm) {
  for (const int seconds : {10, 30, 60}) {
    DetectSettings settings;
    settings.tick = absl::Seconds(seconds);
    SeriesModel model(settings);
    SeriesState state = model.NewSeries(kFirstTick, kTicksPerDay);
    model.Advance({.tick = kFirstTick, .sessions = UINT32_MAX, .events = 1000}, nullptr, nullptr,
                  &state);
    EXPECT_EQ(state.phase, seconds < 30 ? SeriesPhase::kQuiet : SeriesPhase::kSpike) << seconds;
  }
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
  EXPECT_NEAR(at_once.state.dispersion.vmr() / one_by_one.state.dispersion.vmr(), 1, 0.05);
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
