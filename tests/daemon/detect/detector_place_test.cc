// The place that a Detector announces, as more counts arrive.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "tests/daemon/detect/detector_run.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr int kHour = static_cast<int>(kTicksPerHour);

TEST(DetectorPlaceTest, NarrowsThePlaceIfTheWholeRisesBeforeItsParts) {
  // So rare that at first only the whole has enough events for an alarm.
  const auto rare = [](double factor) {
    return [factor](const DetectorRun::At& at, Random* counts) {
      return Many(at.slot == 1 ? 0.04 * (at.region == 1 ? factor : 1) : 0, counts);
    };
  };
  int narrowed = 0;
  int right = 0;
  for (uint64_t seed = 41; seed < 61; ++seed) {
    SCOPED_TRACE(seed);
    DetectorRun run(seed);
    run.Until(40, rare(1));
    run.on_report = [&narrowed](const SpikeReport& report) {
      narrowed +=
          static_cast<int>(absl::c_linear_search(ActiveSpikeTexts(report), "1005 in all of all"));
    };
    for (const int factor : {10, 30, 60}) run.Until(run.tick + 1, rare(factor));
    run.Until(80, rare(100));
    const SpikeReport report = run.detector.Report();
    ASSERT_THAT(report.incidents, SizeIs(1));
    if (ActiveSpikeTexts(report) != std::vector<std::string>{"1005 in region1 of all"}) continue;
    ++right;
    EXPECT_EQ(report.incidents[0].place, (Place{"all", "region1"}));
    EXPECT_THAT(report.incidents[0].members, SizeIs(1));
  }
  EXPECT_GE(right, 19);  // one run in 130 stays with the whole (400 seeds)
  EXPECT_GT(narrowed, 0) << "otherwise this test shows nothing";
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
