// A Detector sorts its series now and then; its results do not depend on it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "absl/algorithm/container.h"
#include "tests/daemon/detect/detector_run.h"

namespace gmewatch {
namespace {

using ::testing::IsSupersetOf;

constexpr int kHour = static_cast<int>(kTicksPerHour);
constexpr int kDay = static_cast<int>(kTicksPerDay);

double RateOf(const DetectorRun::At& at) { return at.app == 1 ? 0.008 : 1; }

// Each region has its own night. The rare series get their seasons later than the others.
CellInput Baseline(const DetectorRun::At& at, Random* counts) {
  if (at.slot == 0 || at.slot == DetectorRun::kBenign) return {};
  const double day = static_cast<double>(at.tick) / kDay + static_cast<double>(at.region) / 3;
  return Many(RateOf(at) * (1.5 + std::sin(2 * std::numbers::pi * day)), counts);
}

constexpr int kOutage = kHour - 60;

// Region 1 rises, first in app 0, soon in all apps; and one sender of app 0 in region 0 loops.
CellInput Outage(const DetectorRun::At& at, Random* counts) {
  CellInput input = Baseline(at, counts);
  const bool rises = at.region == 1 && (at.app == 0 || at.tick >= kOutage + 20);
  if (rises && at.slot >= 1 && at.slot <= 3) input.events += counts->Poisson(9 * RateOf(at));
  if (at.app == 0 && at.region == 0 && at.slot == 1) input.loop = 300;
  return input;
}

// One event in every cell.
CellInput One(const DetectorRun::At& at, Random* /*counts*/) {
  return {.events = at.slot == 0 ? 0U : 1U};
}

TEST(DetectorOrderTest, TheOrderOfFirstEventsDoesNotMatter) {
  DetectorRun run(51);
  DetectorRun other(52);
  std::vector<CellGain> gains = run.Gains(One);
  run.Tick(gains);
  absl::c_reverse(gains);
  other.Tick(gains);
  EXPECT_NE(run.detector.Save(false), other.detector.Save(false));
  // The rises are announced before the end of the hour that sorts the series.
  while (run.tick < kHour + 60) {
    gains = run.Gains(run.tick < kOutage ? Baseline : Outage);
    run.Tick(gains);
    other.Tick(gains);
    ASSERT_EQ(ReportText(other.detector.Report()), ReportText(run.detector.Report())) << run.tick;
  }
  EXPECT_THAT(SpikeTexts(run.detector.Report()),
              IsSupersetOf({"1005 in region1 of app0", "1005 in region0 of app0 (loop)"}));
  EXPECT_EQ(run.detector.Save(false), other.detector.Save(false));
}

TEST(DetectorOrderTest, EachSeriesKeepsItsSeason) {
  DetectorRun run(53);
  // A code that has a single event, after a day, when the others have their seasons.
  std::vector<CellGain> rare = run.Gains(One);
  std::erase_if(rare, [](const CellGain& gain) { return gain.slot != 3; });
  const DetectorRun::InputFn without = [](const DetectorRun::At& at, Random* counts) {
    return at.slot == 3 ? CellInput() : Baseline(at, counts);
  };
  run.Until(kDay + 12 * kHour, without);
  run.Tick(rare);
  // Here the seasons are in the order in which they were learned, in `other` in that of the places.
  DetectorRun other(54);
  ASSERT_EQ(other.Load(run.detector.Save(false)), absl::OkStatus());
  other.tick = run.tick;
  while (run.tick < kDay + 14 * kHour) {
    const std::vector<CellGain> gains = run.Gains(without);
    run.Tick(gains);
    other.Tick(gains);
  }
  EXPECT_EQ(run.detector.Save(false), other.detector.Save(false));
}

}  // namespace
}  // namespace gmewatch
