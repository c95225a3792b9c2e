#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/daemon/detect/detector_run.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int kHour = static_cast<int>(kTicksPerHour);

using At = DetectorRun::At;

bool IsHere(const At& at) { return at.app == 1 && at.region == 2 && at.slot == 1; }

// `mean` events a tick of many senders in each cell, and `loop` more of one sender in one cell.
DetectorRun::InputFn Loop(double mean, uint64_t loop) {
  return [mean, loop](const At& at, Random* counts) -> CellInput {
    CellInput input = Many(at.slot == DetectorRun::kBenign ? 0 : mean, counts);
    if (IsHere(at)) input.loop = loop;
    return input;
  };
}

std::set<std::string> AnnouncedWhile(DetectorRun* run, int end, const DetectorRun::InputFn& input) {
  std::set<std::string> announced;
  run->on_report = [&announced](const SpikeReport& report) {
    for (const std::string& text : ActiveSpikeTexts(report)) announced.insert(text);
  };
  run->Until(end, input);
  run->on_report = nullptr;
  return announced;
}

TEST(DetectorLoopsTest, OneSenderOnADenseBackgroundIsALoop) {
  for (const double mean : {5.0, 40.0}) {
    SCOPED_TRACE(mean);
    DetectorRun run(21);
    run.Until(kHour, Loop(mean, 0));
    EXPECT_THAT(AnnouncedWhile(&run, kHour + 60, Loop(mean, 60)),
                ElementsAre("1005 in region2 of app1 (loop)"));
    EXPECT_THAT(run.detector.Report().incidents, IsEmpty());
    // It is over when the loop ends.
    run.Until(kHour + 120, Loop(mean, 0));
    EXPECT_THAT(SpikeTexts(run.detector.Report()),
                ElementsAre("1005 in region2 of app1 (loop) (over)"));
  }
}

TEST(DetectorLoopsTest, OneSenderOfARareCodeIsALoop) {
  for (const uint64_t loop : {200U, 5000U}) {
    SCOPED_TRACE(loop);
    DetectorRun run(22);
    run.Until(kHour, Loop(0.001, 0));
    EXPECT_THAT(AnnouncedWhile(&run, kHour + 60, Loop(0.001, loop)),
                ElementsAre("1005 in region2 of app1 (loop)"));
    EXPECT_THAT(run.detector.Report().incidents, IsEmpty());
  }
}

TEST(DetectorLoopsTest, ManySendersAreNoLoop) {
  DetectorRun run(23);
  run.Until(kHour, Loop(1, 0));
  const auto many = [](const At& at, Random* counts) {
    return Many(IsHere(at) ? 20 : at.slot == DetectorRun::kBenign ? 0 : 1, counts);
  };
  EXPECT_THAT(AnnouncedWhile(&run, kHour + 60, many), ElementsAre("1005 in region2 of app1"));
}

TEST(DetectorLoopsTest, ManyRetryingClientsAreOneSpike) {
  DetectorRun run(26);
  run.Until(kHour, Loop(1, 0));
  std::set<std::string> announced;
  for (uint32_t tick = 0; tick < 60; ++tick) {
    std::vector<CellGain> gains;
    for (uint32_t place = 0; place < DetectorRun::kApps * DetectorRun::kRegions; ++place) {
      CellGain& gain = gains.emplace_back();
      gain.place = place;
      gain.slot = 1;
      // One sender in each place, a different one in each tick.
      const uint32_t sender = place * 7 + tick * 3;
      gain.events = gain.by_sender[sender % Senders::kBuckets] = 60;
      gain.sessions = uint32_t{1} << sender % 32;
    }
    run.Tick(gains);
    // The first place may be announced before all of them have risen.
    if (tick < 3) continue;
    for (const std::string& text : ActiveSpikeTexts(run.detector.Report())) announced.insert(text);
  }
  EXPECT_THAT(announced, ElementsAre("1005 in all of all"));
}

TEST(DetectorLoopsTest, AlternatingSendersAreASpike) {
  // A rare code whose clients report it a few times each: no tick has two of them.
  DetectorRun run(28);
  run.Until(kHour, Loop(0, 0));
  for (uint32_t tick = 0; tick < 60; ++tick) {
    CellGain gain = {.place = 5, .slot = 1};
    gain.events = gain.by_sender[size_t{tick} * 3 % Senders::kBuckets] = 5;
    gain.sessions = uint32_t{1} << tick * 7 % 32;
    run.Tick({gain});
  }
  EXPECT_THAT(SpikeTexts(run.detector.Report()), ElementsAre("1005 in region2 of app1"));
  EXPECT_THAT(run.detector.Report().incidents, testing::SizeIs(1));
}

TEST(DetectorLoopsTest, OtherSendersInThePausesOfALoopDoNotMakeItASpike) {
  DetectorRun run(29);
  run.Until(kHour, Loop(0, 0));
  for (uint32_t tick = 0; tick < 120; ++tick) {
    // Every third tick the loop waits, and another client sends a few.
    const bool pauses = tick % 3 == 2;
    CellGain gain = {.place = 5, .slot = 1};
    const uint32_t sender = pauses ? tick : 1;
    gain.events = gain.by_sender[sender % Senders::kBuckets] = pauses ? 6 : 60;
    gain.sessions = uint32_t{1} << sender % 32;
    run.Tick({gain});
  }
  EXPECT_THAT(SpikeTexts(run.detector.Report()), ElementsAre("1005 in region2 of app1 (loop)"));
}

TEST(DetectorLoopsTest, ALoopThatBeganBeforeASpikeContinuesBesideIt) {
  DetectorRun run(27);
  run.Until(kHour, Loop(5, 0));
  run.Until(kHour + 60, Loop(5, 200));
  const auto outage = [](const At& at, Random* counts) {
    CellInput input = Many(at.slot == 1 ? 40 : 0, counts);
    if (IsHere(at)) input.loop = 200;
    return input;
  };
  run.Until(kHour + 120, outage);
  EXPECT_THAT(SpikeTexts(run.detector.Report()),
              ElementsAre("1005 in all of all", "1005 in region2 of app1 (loop)"));
}

TEST(DetectorLoopsTest, IfOneSessionIsEnoughThereAreNoLoops) {
  for (const double mean : {0.001, 5.0}) {
    SCOPED_TRACE(mean);
    DetectSettings settings = StrictSettings();
    settings.min_sessions = 1;
    DetectorRun run(24, settings);
    run.Until(kHour, Loop(mean, 0));
    EXPECT_THAT(AnnouncedWhile(&run, kHour + 60, Loop(mean, 60)),
                ElementsAre("1005 in region2 of app1"));
  }
}

TEST(DetectorLoopsTest, TwoLoopingSendersAreAnnouncedOnceForAPlace) {
  // The busier sender is dominant; the other one alone has too few sessions for a spike.
  DetectorRun run(25);
  run.Until(kHour, Loop(0, 0));
  std::set<std::string> announced;
  for (int i = 0; i < 120; ++i) {
    CellGain gain = {.place = 5, .slot = 1, .sessions = 0b11, .events = 1400};
    gain.by_sender[1] = 1000;
    gain.by_sender[6] = 400;
    if (i < 60) {
      run.Tick({gain});
    } else {
      run.Tick({});
    }
    const std::vector<std::string> now = SpikeTexts(run.detector.Report());
    for (const std::string& text : now) announced.insert(text);
    // A place has one series in the metrics.
    ASSERT_LE(now.size(), 1U) << i << ": " << testing::PrintToString(now);
  }
  EXPECT_THAT(announced, ElementsAre("1005 in region2 of app1 (loop)",
                                     "1005 in region2 of app1 (loop) (over)"));
}

}  // namespace
}  // namespace gmewatch
