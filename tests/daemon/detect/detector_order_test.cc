// A Detector puts its series in order now and then: nobody sees it.
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

// Each region has its own night; what is rare has a rhythm to go by later than the rest.
CellInput Usual(const DetectorRun::At& at, Counts* counts) {
  if (at.slot == 0 || at.slot == DetectorRun::kBenign) return {};
  const double day = static_cast<double>(at.tick) / kDay + static_cast<double>(at.region) / 3;
  const double rate = at.app == 1 ? 0.008 : 1;
  return Many(rate * (1.5 + std::sin(2 * std::numbers::pi * day)), counts);
}

constexpr int kOutage = kHour - 60;

// Region 1 rises, soon of all apps, and one sender of app 0 in region 0.
CellInput Outage(const DetectorRun::At& at, Counts* counts) {
  CellInput input = Usual(at, counts);
  const bool rises = at.region == 1 && (at.app == 0 || at.tick >= kOutage + 20);
  if (rises && at.slot >= 1 && at.slot <= 3) input.events += counts->Poisson(9);
  if (at.app == 0 && at.region == 0 && at.slot == 1) input.loop = 300;
  return input;
}

// Every cell counts one event.
CellInput One(const DetectorRun::At& at, Counts* /*counts*/) {
  return {.events = at.slot == 0 ? 0U : 1U};
}

TEST(DetectorOrderTest, WhoCountedFirstMeansNothing) {
  DetectorRun run(51);
  DetectorRun other(52);
  std::vector<CellGain> gains = run.Gains(One);
  run.Look(gains);
  absl::c_reverse(gains);
  other.Look(gains);
  EXPECT_NE(run.detector.Save(false), other.detector.Save(false));
  // What rises, and is told, while the hour ends that puts them in order; first of a part.
  while (run.tick < kHour + 60) {
    gains = run.Gains(run.tick < kOutage ? Usual : Outage);
    run.Look(gains);
    other.Look(gains);
    ASSERT_EQ(ReportText(other.detector.Report()), ReportText(run.detector.Report())) << run.tick;
  }
  EXPECT_THAT(SpikeTexts(run.detector.Report()),
              IsSupersetOf({"1005 in region1 of all", "1005 in region0 of app0 (loop)"}));
  EXPECT_EQ(run.detector.Save(false), other.detector.Save(false));
}

TEST(DetectorOrderTest, EachKeepsItsSeason) {
  DetectorRun run(53);
  // A code that counts once, after a day, when others have their rhythm.
  std::vector<CellGain> rare = run.Gains(One);
  std::erase_if(rare, [](const CellGain& gain) { return gain.slot != 3; });
  const DetectorRun::InputFn without = [](const DetectorRun::At& at, Counts* counts) {
    return at.slot == 3 ? CellInput() : Usual(at, counts);
  };
  run.Until(kDay + 12 * kHour, without);
  run.Look(rare);
  // Seasons lie in the order in which they were learned; in the other one by place.
  DetectorRun other(54);
  ASSERT_EQ(other.Load(run.detector.Save(false)), absl::OkStatus());
  other.tick = run.tick;
  while (run.tick < kDay + 14 * kHour) {
    const std::vector<CellGain> gains = run.Gains(without);
    run.Look(gains);
    other.Look(gains);
  }
  EXPECT_EQ(run.detector.Save(false), other.detector.Save(false));
}

}  // namespace
}  // namespace gmewatch
