// The place that a Detector announces, as more counts arrive.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "tests/daemon/detect/detector_run.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr int kHour = static_cast<int>(kTicksPerHour);

// Codes so rare that the parts of the region have few events.
TEST(DetectorPlaceTest, TheFirstPlaceOfARareCodeIsTheRightOne) {
  const auto rare = [](double factor) {
    return [factor](const DetectorRun::At& at, Random* counts) {
      return Many(at.slot == 1 ? 0.04 * (at.region == 1 ? factor : 1) : 0, counts);
    };
  };
  int right = 0;
  for (uint64_t seed = 41; seed < 61; ++seed) {
    DetectorRun run(seed);
    run.Until(kHour, rare(1));
    std::set<std::string> announced;
    run.on_report = [&announced](const SpikeReport& report) {
      for (const std::string& text : SpikeTexts(report)) announced.insert(text);
    };
    // The failure spreads over half a minute.
    for (const double factor : {4.0, 10.0, 20.0}) run.Until(run.tick + 1, rare(factor));
    run.Until(kHour + 40, rare(30));
    right += announced == std::set<std::string>{"1005 in region1 of all"} ? 1 : 0;
  }
  EXPECT_GE(right, 19);
}

// After a few minutes the usual rates of the parts are hardly known: one may be sure only as a part
// of the region. Whether the region or its parts are named, none is missing.
TEST(DetectorPlaceTest, NoPartIsHiddenBecauseItHasNoAlarmOfItsOwn) {
  const auto rare = [](const DetectorRun::At& at, Random* counts) {
    return Many(at.slot == 1 ? (at.region == 1 && at.tick >= 40 ? 4 : 0.04) : 0, counts);
  };
  for (uint64_t seed = 41; seed < 81; ++seed) {
    SCOPED_TRACE(seed);
    DetectorRun run(seed);
    run.Until(100, rare);
    const std::vector<std::string> spikes = ActiveSpikeTexts(run.detector.Report());
    if (spikes.size() == 1) {
      EXPECT_THAT(spikes[0], testing::EndsWith("of all"));
    } else {
      EXPECT_THAT(spikes, SizeIs(DetectorRun::kApps));
    }
    for (const Spike& spike : run.detector.Report().spikes) EXPECT_GE(spike.score, 1);
  }
}

// An outage of the busiest place of region 1 that reaches the other ones at `spreads`.
DetectorRun::InputFn Spreading(double others, int spreads) {
  return [others, spreads](const DetectorRun::At& at, Random* counts) {
    const bool rises = at.tick >= kHour && at.region == 1 && (at.app == 0 || at.tick >= spreads);
    return Many(at.slot == 1 ? (at.app == 0 ? 3 : others) * (rises ? 6 : 1) : 0, counts);
  };
}

TEST(DetectorPlaceTest, ASpikeThatSpreadsInItsFirstMinutesMovesAndKeepsItsStart) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    DetectorRun run(seed);
    const DetectorRun::InputFn input = Spreading(0.2, kHour + 5);
    run.Until(kHour + 5, input);
    ASSERT_THAT(SpikeTexts(run.detector.Report()), ElementsAre("1005 in region1 of app0"));
    const int64_t start_s = run.detector.Report().spikes.at(0).start_s;
    run.Until(kHour + 60, input);
    const SpikeReport report = run.detector.Report();
    EXPECT_THAT(ActiveSpikeTexts(report), ElementsAre("1005 in region1 of all"));
    for (const Spike& spike : report.spikes) {
      if (!spike.active) continue;
      EXPECT_EQ(spike.start_s, start_s);
    }
    ASSERT_THAT(report.incidents, SizeIs(1));
    EXPECT_EQ(report.incidents[0].place, (Place{"all", "region1"}));
    EXPECT_THAT(report.incidents[0].members, SizeIs(1));
  }
}

// It stays where it is, and other places that rise are named beside it within two minutes.
TEST(DetectorPlaceTest, ASpikeThatIsOlderThanTenMinutesDoesNotMove) {
  for (const uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE(seed);
    DetectorRun run(seed);
    const DetectorRun::InputFn input = Spreading(2, kHour + 90);
    run.Until(kHour + 90, input);
    ASSERT_THAT(SpikeTexts(run.detector.Report()), ElementsAre("1005 in region1 of app0"));
    run.Until(kHour + 102, input);
    run.on_report = [](const SpikeReport& report) {
      ASSERT_THAT(SpikeTexts(report),
                  ElementsAre("1005 in region1 of app0", "1005 in region1 of app1",
                              "1005 in region1 of app2"));
    };
    run.Until(kHour + 250, input);
  }
}

// What was found in a roll-up alone, whose parts have no alarm of their own, is reported in its
// parts if they explain it.
TEST(DetectorPlaceTest, APlaceIsReportedEvenIfItHasNoAlarmOfItsOwn) {
  for (const uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE(seed);
    // Region 1 gains as many events in each app, but the usual rates of the apps differ by far.
    const auto input = [](const DetectorRun::At& at, Random* counts) {
      const double more = at.region == 1 && at.tick >= kHour ? 9 : 0;
      return Many(at.slot == 1 ? (at.app == 1 ? 0.01 : 1.5) + more : 0, counts);
    };
    DetectorRun run(seed);
    run.Until(kHour + 60, input);
    EXPECT_THAT(ActiveSpikeTexts(run.detector.Report()),
                ElementsAre("1005 in region1 of app0", "1005 in region1 of app1",
                            "1005 in region1 of app2"));
    for (const Spike& spike : run.detector.Report().spikes) EXPECT_GE(spike.score, 1);
  }
}

// The operations of the next tick: those of all apps but the first fall after an hour.
void AddOperations(const DetectorRun& run, std::vector<CellGain>* gains) {
  for (uint32_t place = 0; place < DetectorRun::kApps * DetectorRun::kRegions; ++place) {
    const bool fell = place >= DetectorRun::kRegions && run.tick >= kHour;
    gains->push_back({.place = place, .success = true, .events = fell ? 30U : 100U});
  }
}

// Nearly all errors are those of app 0, and the operations of the other apps have fallen: less is
// expected of a region than of app 0 in it.
TEST(DetectorPlaceTest, AWholeOfWhichTooLittleIsExpectedDoesNotStandForItsPart) {
  const auto input = [](const DetectorRun::At& at, Random* counts) {
    const bool rises = at.tick >= 3 * kHour && at.app == 0 && at.region == 1;
    return Many(at.slot == 1 ? (at.app == 0 ? 0.1 : 0.005) * (rises ? 30 : 1) : 0, counts);
  };
  int right = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    DetectorRun run(seed);
    while (run.tick < 3 * kHour + 60) {
      std::vector<CellGain> gains = run.Gains(input);
      AddOperations(run, &gains);
      run.Tick(gains);
    }
    const std::vector<std::string> spikes = ActiveSpikeTexts(run.detector.Report());
    right += spikes == std::vector<std::string>{"1005 in region1 of app0"} ? 1 : 0;
  }
  EXPECT_GE(right, 8);  // of 10; 4 if the expectation of a region is its own
}

// Its own counts prove a rare code long after the others.
TEST(DetectorPlaceTest, ACodeThatRisesWithOthersIsLookedForInTheirPlace) {
  const auto input = [](const DetectorRun::At& at, Random* counts) {
    const double factor = at.tick >= kHour && at.region == 1 ? 6 : 1;
    if (at.slot == 1) return Many(2 * factor, counts);
    return Many(at.slot == 2 ? (at.app == 0 ? 0.2 : 0.01) * factor : 0, counts);
  };
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    DetectorRun run(seed);
    run.Until(kHour + 360, input);
    EXPECT_THAT(ActiveSpikeTexts(run.detector.Report()),
                ElementsAre("10001 in region1 of all", "1005 in region1 of all"));
  }
}

using Factors = std::array<double, DetectorRun::kRegions>;

// A code with four fifths of its events in region 0.
DetectorRun::InputFn MostlyRegion0(const Factors& factors) {
  return [factors](const DetectorRun::At& at, Random* counts) {
    const double usual = at.region == 0 ? 2 : 0.25;
    return Many(at.slot == 1 ? usual * factors.at(at.region) : 0, counts);
  };
}

// Returns what is announced after ten minutes with these factors.
std::vector<std::string> AnnouncedAfter(uint64_t seed, const Factors& factors) {
  DetectorRun run(seed);
  run.Until(kHour, MostlyRegion0({1, 1, 1}));
  run.Until(kHour + 60, MostlyRegion0(factors));
  return ActiveSpikeTexts(run.detector.Report());
}

TEST(DetectorPlaceTest, ARegionWithMostOfTheEventsMayFailAlone) {
  int alone = 0;
  for (uint64_t seed = 61; seed < 81; ++seed) {
    SCOPED_TRACE(seed);
    const std::vector<std::string> spikes = AnnouncedAfter(seed, {3, 1, 1});
    alone += spikes == std::vector<std::string>{"1005 in region0 of all"} ? 1 : 0;
    EXPECT_THAT(AnnouncedAfter(seed, {3, 3, 3}), ElementsAre("1005 in all of all"));
  }
  EXPECT_GE(alone, 18);  // one run in 25 takes the whole for it (400 seeds)
}

}  // namespace
}  // namespace gmewatch
