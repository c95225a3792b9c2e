#include "daemon/detect/code_view.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/daemon/detect/detector_run.h"

namespace gmewatch {
namespace {

constexpr int kDay = static_cast<int>(kTicksPerDay);

CellInput Steady(const DetectorRun::At& at, Random* counts) {
  return at.slot == 1 ? Many(2, counts) : CellInput();
}

ExplainedCode Explained(const DetectorRun& run, int32_t code = 1005) {
  return run.detector.ViewOf(code, false)->Explain();
}

const ExplainedSeries& At(const ExplainedCode& code, const std::string& app,
                          const std::string& region) {
  return *std::find_if(code.series.begin(), code.series.end(), [&](const ExplainedSeries& series) {
    return series.place == Place{app, region};
  });
}

TEST(CodeViewTest, ExpectedIsTheProductOfWhatIsLearned) {
  DetectorRun run(71);
  run.Until(2 * kDay, Steady);
  const ExplainedCode code = Explained(run);
  ASSERT_EQ(code.series.size(), 16U) << "9 places and 7 roll-ups";
  EXPECT_EQ(code.time_s, run.detector.Report().time_s);
  for (const ExplainedSeries& series : code.series) {
    EXPECT_EQ(series.phase, "quiet");
    EXPECT_NEAR(series.expected_rate,
                series.level * series.season * series.last_hours * series.traffic, 1e-6);
    EXPECT_NEAR(series.dispersion, 1.1, 0.3);
    EXPECT_GE(series.known_hours, 20);
    EXPECT_LT(series.score, 1);
  }
  EXPECT_NEAR(At(code, "all", "all").expected_rate, 1.8, 0.3);
}

// The number that is said to be enough is, and one event less is not.
TEST(CodeViewTest, WhatItTakesIsWhatIsReported) {
  for (const double mean : {0.05, 2.0, 50.0}) {
    SCOPED_TRACE(mean);
    const auto input = [mean](const DetectorRun::At& at, Random* counts) {
      return at.slot == 1 && at.app == 0 && at.region == 0 ? Many(mean, counts) : CellInput();
    };
    DetectorRun run(72);
    run.Until(kDay + 30, input);
    const ExplainedSeries series = At(Explained(run), "app0", "region0");
    ASSERT_GT(series.needed_in_minute, 6 * mean);
    const auto spikes = [&run](uint64_t events_a_tick) {
      DetectorRun future(1);
      EXPECT_TRUE(future.Load(run.detector.Save(false)).ok());
      future.tick = run.tick;
      for (int tick = 0; tick < 6; ++tick) {
        CellGain gain = {.place = 0, .slot = 1, .sessions = UINT32_MAX};
        gain.events = events_a_tick;
        for (uint64_t k = 0; k < gain.events; ++k) ++gain.by_sender[k % Senders::kBuckets];
        future.Tick({gain});
      }
      return !future.detector.Report().spikes.empty();
    };
    const auto enough = static_cast<uint64_t>(series.needed_in_minute / 6);
    EXPECT_TRUE(spikes(enough + 1));
    EXPECT_FALSE(spikes(enough * 9 / 10 - 1));
  }
}

TEST(CodeViewTest, ASpikeAndPastRisesAreNamed) {
  DetectorRun run(73);
  run.Until(kDay, Steady);
  const auto rise = [](const DetectorRun::At& at, Random* counts) {
    return at.slot == 1 ? Many(at.region == 1 ? 40 : 2, counts) : CellInput();
  };
  run.Until(kDay + 60, rise);
  const ExplainedCode during = Explained(run);
  EXPECT_EQ(At(during, "all", "region1").phase, "spike");
  EXPECT_EQ(At(during, "all", "region1").needed_in_minute, 0);
  EXPECT_TRUE(during.rises.empty());
  run.Until(kDay + 360, Steady);
  const ExplainedCode after = Explained(run);
  ASSERT_EQ(after.rises.size(), 1U);
  EXPECT_EQ(after.rises[0].place, (Place{"all", "region1"}));
  EXPECT_NEAR(after.rises[0].factor, 20, 5);
  EXPECT_GT(after.rises[0].end_s, after.rises[0].start_s);
}

TEST(CodeViewTest, ACodeWithoutAColumnIsNotKnown) {
  DetectorRun run(74);
  run.Until(20, Steady);
  EXPECT_FALSE(run.detector.ViewOf(4242, false).has_value());
  EXPECT_TRUE(run.detector.ViewOf(0, true).has_value());
  EXPECT_TRUE(Explained(run, 10001).series.empty());
}

}  // namespace
}  // namespace gmewatch
