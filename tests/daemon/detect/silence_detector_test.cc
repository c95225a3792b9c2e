#include "daemon/detect/silence_detector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/detect/silence_run.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kMinuteS = 60;

SilenceFleet::ShareFn Without(const std::string& app, const std::string& region) {
  return [=](const Place& place, int64_t) {
    return (app == "all" || app == place.app) && (region == "all" || region == place.region) ? 0.0
                                                                                             : 1.0;
  };
}

double Everything(const Place&, int64_t) { return 1; }

struct Quiet {
  const char* name;
  FleetOptions options;
};

std::vector<Quiet> QuietFleets() {
  return {
      {"nights of a hundredth", {.night = 0.01}},
      {"nights of a hundredth, clumped", {.night = 0.01, .dispersion = 8}},
      {"nights of a thousandth", {.night = 0.001, .dispersion = 2}},
      {"thousands", {.rate = 2000, .night = 0.05, .dispersion = 8}},
      {"places of all sizes", {.night = 0.05, .dispersion = 2, .same_rates = false}},
      {"half as many at the weekend", {.weekend = 0.5, .dispersion = 4}},
  };
}

TEST(SilenceDetectorTest, InMonthsWithQuietNightsAndWanderingRatesNothingIsSilent) {
  for (const Quiet& quiet : QuietFleets()) {
    FleetOptions options = quiet.options;
    options.seed = 511;
    SilenceFleet fleet(options);
    fleet.Run(30 * kDayS);
    EXPECT_THAT(fleet.begun, IsEmpty()) << quiet.name << ", seed " << options.seed;
  }
}

TEST(SilenceDetectorTest, FindsAStopWithinThreeMinutesWhereAHundredAMinuteAreUsual) {
  for (const double dispersion : {1.0, 8.0}) {
    for (const int64_t day : {0, 1, 8}) {
      // eu has 17 reports in ten seconds at its noon, at two o'clock.
      SilenceFleet fleet({.apps = {"one"}, .dispersion = dispersion, .seed = 521});
      fleet.Run(day * kDayS + 14 * kHourS);
      fleet.share = Without("all", "eu");
      const int64_t took = fleet.RunUntil([&] { return !fleet.Active().empty(); }, kHourS);
      EXPECT_GT(took, 0) << day;
      EXPECT_LE(took, 3 * kMinuteS) << day << ", dispersion " << dispersion;
      fleet.Run(10 * kMinuteS);
      fleet.share = Everything;
      const int64_t back = fleet.RunUntil([&] { return fleet.Active().empty(); }, kHourS);
      EXPECT_GT(back, 0);
      EXPECT_LE(back, kMinuteS);
      fleet.Run(2 * kHourS);
      EXPECT_EQ(fleet.begun.size(), 1U) << "nothing begins because something ends";
    }
  }
}

TEST(SilenceDetectorTest, FindsAStopInHalfAMinuteWhereThousandsReport) {
  SilenceFleet fleet({.rate = 2000, .dispersion = 8, .seed = 522});
  fleet.Run(kDayS + 14 * kHourS);
  fleet.share = Without("one", "eu");
  EXPECT_EQ(fleet.RunUntil([&] { return !fleet.Active().empty(); }, kHourS), 30);
}

TEST(SilenceDetectorTest, AStopIsOneSilenceInThePlaceThatExplainsIt) {
  struct Case {
    const char* app;
    const char* region;
  };
  for (const Case& place : {Case{"all", "all"}, {"all", "us"}, {"two", "all"}, {"three", "asia"}}) {
    SilenceFleet fleet({.rate = 40, .night = 0.3, .seed = 523});
    fleet.Run(2 * kDayS);
    fleet.share = Without(place.app, place.region);
    fleet.Run(10 * kMinuteS);
    EXPECT_THAT(fleet.Active(), ElementsAre(absl::StrCat(place.app, "/", place.region)));
    fleet.share = Everything;
    fleet.Run(kHourS);
    const SilenceReport report = fleet.detector->Report();
    ASSERT_THAT(report.silences, testing::SizeIs(1));
    const Silence& silence = report.silences[0];
    EXPECT_FALSE(silence.active);
    EXPECT_NEAR(static_cast<double>(silence.start_s), kMonday + 2 * kDayS, kMinuteS);
    EXPECT_NEAR(static_cast<double>(silence.end_s - silence.start_s), 10 * kMinuteS, kMinuteS);
    fleet.Run(kHourS);
    EXPECT_THAT(fleet.detector->Report().silences, IsEmpty()) << "an hour after its end";
  }
}

TEST(SilenceDetectorTest, TheBusiestRegionIsNotEverything) {
  // When eu is at its noon, the other regions have a hundredth of its reports.
  SilenceFleet fleet({.rate = 100, .night = 0.01, .seed = 524});
  fleet.Run(3 * kDayS + 14 * kHourS);
  fleet.share = Without("all", "eu");
  fleet.Run(kHourS);
  EXPECT_THAT(fleet.Active(), ElementsAre("all/eu"));
  EXPECT_THAT(fleet.begun, testing::SizeIs(1));
}

TEST(SilenceDetectorTest, AnOnlyAppInAnOnlyRegionIsOneSilence) {
  SilenceFleet fleet({.apps = {"one"}, .regions = {"eu"}, .rate = 15, .seed = 535});
  // Everything was watched before the first report came.
  fleet.detector = std::make_unique<SilenceDetector>(kSilenceTick, 15);
  for (int i = 0; i < 30; ++i) fleet.detector->Tick(fleet.time_s += kSilenceTick, 1, {});
  fleet.detector->AddPlace({"one", "eu"});
  fleet.Run(kHourS);
  fleet.share = Without("all", "all");
  for (int i = 0; i < 60; ++i) {
    fleet.Run(kSilenceTick);
    EXPECT_LE(fleet.Active().size(), 1U);
  }
  EXPECT_THAT(fleet.Active(), ElementsAre("all/all"));
}

TEST(SilenceDetectorTest, AStopThatSpreadsBecomesOneSilence) {
  SilenceFleet fleet({.rate = 40, .night = 0.3, .seed = 525});
  fleet.Run(2 * kDayS);
  fleet.share = Without("two", "us");
  fleet.Run(10 * kMinuteS);
  ASSERT_THAT(fleet.Active(), ElementsAre("two/us"));
  fleet.share = Without("all", "us");
  fleet.Run(10 * kMinuteS);
  EXPECT_THAT(fleet.Active(), ElementsAre("all/us"));
  EXPECT_NEAR(static_cast<double>(fleet.detector->Report().silences[0].start_s),
              kMonday + 2 * kDayS, kMinuteS);
}

TEST(SilenceDetectorTest, APlaceThatLosesNearlyAllHasStoppedOnceADayIsKnown) {
  SilenceFleet fleet({.rate = 100, .night = 0.3, .dispersion = 4, .seed = 526});
  fleet.Run(kDayS + 12 * kHourS);
  fleet.share = [](const Place& place, int64_t) { return place.region == "us" ? 0.05 : 1.0; };
  fleet.Run(5 * kMinuteS);
  EXPECT_THAT(fleet.Active(), ElementsAre("all/us"));
  fleet.share = [](const Place& place, int64_t) { return place.region == "us" ? 0.5 : 1.0; };
  fleet.Run(5 * kMinuteS);
  EXPECT_THAT(fleet.Active(), IsEmpty()) << "half is no stop";
}

TEST(SilenceDetectorTest, AnEveningsDeclineOnTheFirstDayIsNoStop) {
  SilenceFleet fleet({.rate = 200, .night = 0.001, .dispersion = 4, .seed = 527});
  fleet.Run(kDayS);
  EXPECT_THAT(fleet.begun, IsEmpty());
}

TEST(SilenceDetectorTest, ANightlyMaintenanceIsReportedTwice) {
  SilenceFleet fleet({.rate = 100, .night = 0.3, .seed = 528});
  fleet.share = [](const Place&, int64_t time_s) {
    const int64_t second = time_s % kDayS;
    return second > 4 * kHourS && second <= 5 * kHourS ? 0.0 : 1.0;
  };
  fleet.Run(10 * kDayS);
  EXPECT_THAT(fleet.begun, ElementsAre("all/all 4", "all/all 28"));
}

TEST(SilenceDetectorTest, AnOutageIsAsConspicuousOnTheNextDay) {
  SilenceFleet fleet({.rate = 100, .night = 0.3, .seed = 529});
  fleet.Run(5 * kDayS);
  fleet.share = Without("all", "all");
  fleet.Run(6 * kHourS);
  fleet.share = Everything;
  fleet.Run(kDayS - 3 * kHourS);
  fleet.share = Without("all", "all");
  EXPECT_EQ(fleet.RunUntil([&] { return !fleet.Active().empty(); }, kHourS), 30);
}

TEST(SilenceDetectorTest, FewClientsThatFloodAndStopAreNoSilence) {
  SilenceFleet fleet({.rate = 0, .seed = 530});
  fleet.more = 3;  // in each of the twelve places; each reports in each tick
  fleet.Run(3 * kDayS);
  fleet.more = 0;
  fleet.Run(kHourS);
  // No app or region has more than twelve of them; all 36 who stop at once are enough.
  EXPECT_THAT(fleet.Active(), ElementsAre("all/all"));
  SilenceFleet few({.apps = {"one"}, .rate = 0, .seed = 530});
  few.more = 3;
  few.Run(3 * kDayS);
  few.more = 0;
  few.Run(kDayS);
  EXPECT_THAT(few.begun, IsEmpty());
}

TEST(SilenceDetectorTest, AFloodOfManySessionsThatEndsIsNoStop) {
  SilenceFleet fleet({.rate = 20, .seed = 531});
  for (const int64_t day : {0, 3}) {
    fleet.Run(kMonday + day * kDayS + 8 * kHourS - fleet.time_s);
    fleet.more = 1000;
    fleet.Run(kHourS);
    fleet.more = 0;
    fleet.Run(kHourS);
  }
  EXPECT_THAT(fleet.begun, IsEmpty());
}

TEST(SilenceDetectorTest, GoesOnAfterARestartWithWhatItHasLearned) {
  SilenceFleet fleet({.rate = 40, .night = 0.3, .seed = 532});
  fleet.Run(3 * kDayS);
  // Nothing comes back after it.
  fleet.share = Without("all", "all");
  fleet.Restart(2 * kHourS);
  EXPECT_THAT(fleet.Active(), IsEmpty()) << "its own downtime is no stop";
  EXPECT_EQ(fleet.RunUntil([&] { return !fleet.Active().empty(); }, kHourS), 30);
  const std::vector<Silence> before = fleet.detector->Report().silences;
  fleet.Restart(kMinuteS);
  EXPECT_EQ(fleet.detector->Report().silences[0].start_s, before[0].start_s);
  fleet.share = Everything;
  fleet.Run(kMinuteS);
  EXPECT_THAT(fleet.Active(), IsEmpty());
}

TEST(SilenceDetectorTest, AStateThatContradictsItselfIsNotLoaded) {
  SilenceFleet fleet({.seed = 533});
  fleet.Run(kHourS);
  internal::SilenceState state = fleet.detector->Save();
  state.add_ticks(1);
  SilenceDetector detector(kSilenceTick, 15);
  EXPECT_EQ(detector.Load(state, fleet.time_s).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(detector.Save().apps_size(), 1);
}

TEST(SilenceDetectorTest, APlaceThatIsClosedForADayIsForgotten) {
  SilenceFleet fleet({.rate = 40, .night = 0.3, .seed = 534});
  fleet.Run(3 * kDayS);
  fleet.share = Without("all", "sa");
  fleet.Run(kHourS);
  ASSERT_THAT(fleet.Active(), ElementsAre("all/sa"));
  fleet.Run(10 * kDayS);
  EXPECT_THAT(fleet.Active(), IsEmpty());
  EXPECT_THAT(fleet.begun, testing::SizeIs(1));
}

}  // namespace
}  // namespace gmewatch
