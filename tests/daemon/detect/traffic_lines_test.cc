// Crowds and launches, as a Detector with successes reports them.
#include "daemon/detect/traffic_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/detect/detector.h"
#include "tests/daemon/detect/detector_run.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int kHour = static_cast<int>(kTicksPerHour);
constexpr int kDay = static_cast<int>(kTicksPerDay);

// Operations of a place, times those of an average one.
using Factor = std::function<double(size_t app, size_t region)>;
double Same(size_t /*app*/, size_t /*region*/) { return 1; }

class TrafficLinesTest : public ::testing::Test {
 protected:
  void Run(int ticks, const Factor& factor) {
    for (int i = 0; i < ticks; ++i) {
      run_.Tick(Gains(factor));
      const SpikeReport report = run_.detector.Report();
      incidents_ += report.incidents.size();
      for (const TrafficLine& line : report.traffic) {
        seen_.insert(absl::StrCat(TextOf(line), " ", line.start_s));
      }
    }
  }
  // A place has 100 successes a tick and an error of each code in two ticks.
  std::vector<CellGain> Gains(const Factor& factor) {
    std::vector<CellGain> gains;
    for (uint32_t id = 0; id < run_.detector.places(); ++id) {
      const double operations = factor(id < 9 ? id / 3 : 9, id < 9 ? id % 3 : 9);
      CellGain successes = {.place = id, .success = true};
      successes.events = run_.counts.Poisson(100 * operations);
      if (successes.events > 0) gains.push_back(successes);
      for (uint32_t slot = 1; slot <= 3; ++slot) {
        CellGain gain = {.place = id, .slot = slot, .sessions = UINT32_MAX};
        gain.events = run_.counts.Poisson(0.5 * operations);
        for (uint64_t k = 0; k < gain.events; ++k) ++gain.by_sender[k % Senders::kBuckets];
        if (gain.events > 0) gains.push_back(gain);
      }
    }
    return gains;
  }
  static std::string TextOf(const TrafficLine& line) {
    return absl::StrCat(line.kind == TrafficLine::Kind::kLaunch ? "launch " : "crowd ",
                        line.place.app, "/", line.place.region);
  }
  std::vector<std::string> Active() const {
    std::vector<std::string> out;
    for (const TrafficLine& line : run_.detector.Report().traffic) {
      if (line.active) out.push_back(TextOf(line));
    }
    return out;
  }

  DetectorRun run_{31};
  size_t incidents_ = 0;
  std::set<std::string> seen_;  // all lines, with their starts
};

TEST_F(TrafficLinesTest, ACrowdIsOneLineUntilItEndsAndNoIncident) {
  Run(kDay + 2 * kHour, Same);
  EXPECT_THAT(seen_, IsEmpty());
  const int64_t start_s = run_.detector.Report().time_s;
  Run(kHour / 3, [](size_t, size_t) { return 2; });
  EXPECT_THAT(Active(), ElementsAre("crowd all/all"));
  Run(3 * kHour, [](size_t, size_t) { return 2; });
  ASSERT_THAT(Active(), ElementsAre("crowd all/all"));
  const TrafficLine crowd = run_.detector.Report().traffic[0];
  EXPECT_NEAR(crowd.observed_rate / crowd.usual_rate, 2, 0.2);
  EXPECT_NEAR(crowd.usual_rate, 90, 9);
  EXPECT_NEAR(static_cast<double>(crowd.start_s - start_s), 450, 300);
  Run(kHour / 2, Same);
  EXPECT_THAT(Active(), IsEmpty());
  EXPECT_EQ(seen_.size(), 1U);
  EXPECT_EQ(incidents_, 0U);
}

TEST_F(TrafficLinesTest, ACrowdOfARegionNamesTheRegion) {
  Run(kDay + 2 * kHour, Same);
  Run(kHour, [](size_t, size_t region) { return region == 1 ? 3 : 1; });
  EXPECT_THAT(Active(), ElementsAre("crowd all/region1"));
  EXPECT_EQ(seen_.size(), 1U);
  EXPECT_EQ(incidents_, 0U);
}

TEST_F(TrafficLinesTest, WhatComesEachDayIsUsualOnItsSecondDay) {
  Run(kDay, Same);
  for (int day = 0; day < 3; ++day) {
    Run(18 * kHour, Same);
    Run(2 * kHour, [](size_t, size_t) { return 3; });
    Run(4 * kHour, Same);
  }
  EXPECT_EQ(seen_.size(), 1U);
}

TEST_F(TrafficLinesTest, ANewRegionIsOneLineThatNamesItAndNoIncident) {
  Run(kDay + kHour, Same);
  for (int app = 0; app < 3; ++app) {
    run_.detector.AddPlace({absl::StrCat("app", app), "new"});
    Run(60, Same);
  }
  EXPECT_THAT(Active(), ElementsAre("launch all/new"));
  Run(kDay, Same);
  EXPECT_THAT(Active(), IsEmpty());
  run_.detector.AddPlace({"another", "new"});
  Run(kHour, Same);
  EXPECT_THAT(Active(), IsEmpty()) << "part of the launch";
  EXPECT_EQ(seen_.size(), 1U);
  EXPECT_EQ(incidents_, 0U);
}

TEST_F(TrafficLinesTest, ANewAppThatDoublesTheTrafficIsALaunchAndNoCrowd) {
  Run(kDay + kHour, Same);
  run_.detector.AddPlace({"new", "region0"});
  Run(2 * kHour, [](size_t app, size_t) { return app == 9 ? 12 : 1; });
  EXPECT_THAT(Active(), ElementsAre("launch new/all"));
  EXPECT_EQ(seen_.size(), 1U);
}

TEST_F(TrafficLinesTest, PlacesOfTheFirstDayAndEmptyOnesAreNoLaunch) {
  Run(12 * kHour, Same);
  run_.detector.AddPlace({"app0", "early"});
  Run(15 * kHour, Same);
  run_.detector.AddPlace({"app0", "empty"});
  Run(kHour, [](size_t app, size_t) { return app == 9 ? 0 : 1; });
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(TrafficLinesTest, LinesGoOnOverARestart) {
  Run(kDay + 2 * kHour, Same);
  run_.detector.AddPlace({"app0", "new"});
  Run(kHour, [](size_t, size_t) { return 2.5; });
  const std::vector<std::string> before = Active();
  ASSERT_THAT(before, ElementsAre("launch all/new", "crowd all/all"));
  ASSERT_TRUE(run_.Load(run_.detector.Save(false)).ok());
  EXPECT_EQ(Active(), before);
  Run(kHour, [](size_t, size_t) { return 2.5; });
  EXPECT_EQ(Active(), before);
  EXPECT_EQ(seen_.size(), 2U);
}

// A region's outage: its successes vanish, and the spike says what was ruled out.
TEST_F(TrafficLinesTest, ASpikeSaysItsShareOfTheOperationsAndThatTheTrafficIsAsUsual) {
  Run(kDay + 2 * kHour, Same);
  for (int i = 0; i < 12; ++i) {
    std::vector<CellGain> gains;
    for (uint32_t id = 0; id < 9; ++id) {
      const bool fails = id % 3 == 1;
      gains.push_back({.place = id, .success = true, .events = fails ? uint64_t{40} : 100});
      CellGain gain = {.place = id, .slot = 1, .sessions = UINT32_MAX};
      gain.events = fails ? 60 : 1;
      for (uint64_t k = 0; k < gain.events; ++k) ++gain.by_sender[k % Senders::kBuckets];
      gains.push_back(gain);
    }
    run_.Tick(gains);
  }
  const SpikeReport report = run_.detector.Report();
  ASSERT_EQ(report.spikes.size(), 1U);
  EXPECT_EQ(report.spikes[0].where.place, (Place{"all", "region1"}));
  EXPECT_NEAR(report.spikes[0].operations_share, 0.6, 0.05);
  EXPECT_NEAR(report.spikes[0].traffic_ratio, 1, 0.1);
  EXPECT_THAT(Active(), IsEmpty());
}

}  // namespace
}  // namespace gmewatch
