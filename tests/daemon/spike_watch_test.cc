#include "daemon/spike_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/daemon/spike_watch_world.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(SpikeWatchTest, CountsFromBeforeItsFirstTickAreNoSpike) {
  World world;
  world.Count(0, kNetwork, 50'000);
  world.watch->RunOnce();
  EXPECT_EQ(world.watch->Report()->series, 0U);
  world.Ticks(60, 0, 5);
  EXPECT_THAT(world.Active(), IsEmpty());
  // The series of the second place and its three roll-ups.
  EXPECT_EQ(world.watch->Report()->series, 4U);
}

// In all apps and regions together, and only for codes with a baseline.
TEST(SpikeWatchTest, ReportsTheExpectedRateOfEachCode) {
  World world;
  world.watch->RunOnce();
  EXPECT_THAT(world.watch->Report()->expected, IsEmpty());
  world.Ticks(720, 40, 20);
  const std::vector<ExpectedRate> expected = world.watch->Report()->expected;
  ASSERT_EQ(expected.size(), 1U);
  EXPECT_EQ(expected[0].code, 1005);
  EXPECT_FALSE(expected[0].other_code);
  EXPECT_NEAR(expected[0].rate, 6, 0.6) << "events per second: 60 in ten seconds";
  // A rise does not raise its own baseline.
  world.Ticks(20, 400, 200);
  EXPECT_NEAR(world.watch->Report()->expected.at(0).rate, 6, 0.6);
  world.Restart();
  EXPECT_NEAR(world.watch->Report()->expected.at(0).rate, 6, 0.6);
}

// Clients' successes reach the detector, which measures errors against them.
TEST(SpikeWatchTest, ACrowdIsNoSpikeAndALineInTheReport) {
  World world;
  world.watch->RunOnce();
  const auto ticks = [&world](int n, uint32_t size) {
    for (int i = 0; i < n; ++i) {
      for (size_t place = 0; place < 2; ++place) world.CountSuccesses(place, 100 * size);
      world.Tick(5 * size, 5 * size);
      ASSERT_THAT(world.watch->Report()->spikes, IsEmpty()) << i;
    }
  };
  ticks(9000, 1);
  EXPECT_THAT(world.watch->Report()->traffic, IsEmpty());
  const std::string log = Logged([&] { ticks(360, 2); });
  ASSERT_EQ(world.watch->Report()->traffic.size(), 1U);
  const TrafficLine crowd = world.watch->Report()->traffic[0];
  EXPECT_EQ(crowd.place, (Place{"shooter", "all"}));
  EXPECT_NEAR(crowd.observed_rate / crowd.usual_rate, 2, 0.1);
  EXPECT_THAT(log, HasSubstr("INFO traffic is far above the usual app=shooter region=all times="));
  const std::string end = Logged([&] { ticks(360, 1); });
  EXPECT_THAT(end, HasSubstr("INFO traffic is usual again app=shooter region=all lasted="));
}

// One Prometheus scrapes several daemons.
TEST(SpikeWatchTest, TwoDaemonsNumberTheirIncidentsApartAndARestartGoesOn) {
  std::vector<uint64_t> ids;
  for (int daemon = 0; daemon < 2; ++daemon) {
    World world;
    world.watch->RunOnce();
    world.Ticks(720, 5, 5);
    for (int outage = 0; outage < 2; ++outage) {
      world.Ticks(30, 25, 5);
      ASSERT_FALSE(world.watch->Report()->incidents.empty());
      ids.push_back(world.watch->Report()->incidents.back().id);
      world.Ticks(200, 5, 5);
      world.Restart();
      world.watch->RunOnce();
      world.Ticks(20, 5, 5);
    }
    EXPECT_EQ(ids.back(), ids[ids.size() - 2] + 1);
    // Exact as the value of a sample.
    EXPECT_LT(ids.back(), uint64_t{1} << 53);
  }
  EXPECT_NE(ids[0] / 100'000, ids[2] / 100'000);
}

TEST(SpikeWatchTest, RunsTheDetectorOnceATick) {
  World world;
  world.watch->RunOnce();
  world.Ticks(3, 5, 5);
  const int64_t time_s = world.watch->Report()->time_s;
  EXPECT_EQ(time_s, absl::ToUnixSeconds(world.clock.Now()) - 3);
  world.clock.Advance(absl::Seconds(6));
  world.watch->RunOnce();
  EXPECT_EQ(world.watch->Report()->time_s, time_s);
  world.clock.Advance(absl::Seconds(1));
  world.watch->RunOnce();
  EXPECT_EQ(world.watch->Report()->time_s, time_s + 10);
}

TEST(SpikeWatchTest, LogsWhenASpikeAndItsIncidentStartAndEnd) {
  World world;
  world.watch->RunOnce();
  EXPECT_EQ(Logged([&] { world.Ticks(360, 5, 5); }), "");
  EXPECT_THAT(Logged([&] { world.Ticks(30, 25, 5); }),
              AllOf(HasSubstr("INFO spike started where=\"1005 in eu of shooter\""),
                    HasSubstr("INFO incident started id="), HasSubstr("action=network"),
                    Not(HasSubstr("ended"))));
  EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
  EXPECT_EQ(Logged([&] { world.Ticks(10, 25, 5); }), "");
  EXPECT_THAT(Logged([&] { world.Ticks(60, 5, 5); }),
              AllOf(HasSubstr("INFO spike ended where=\"1005 in eu of shooter\""),
                    HasSubstr("INFO incident ended id=")));
}

TEST(SpikeWatchTest, BenignCodesAndIgnoredCodesRaiseNoSpike) {
  World world;
  world.watch->RunOnce();
  const auto benign_rises = [&world](int ticks, double network) {
    for (int i = 0; i < ticks; ++i) {
      world.CountPoisson(0, kBenign, 60);
      world.Tick(network, 5);
    }
  };
  world.Ticks(360, 5, 5);
  benign_rises(30, 5);
  EXPECT_THAT(world.Active(), IsEmpty());
  benign_rises(30, 25);
  EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
  // After a reload.
  DetectSettings settings = StrictSettings();
  settings.ignored_codes = {1005};
  world.watch->SetSettings(settings);
  benign_rises(60, 25);
  EXPECT_THAT(world.Active(), IsEmpty());
}

TEST(SpikeWatchTest, SettingsChangeAllButTheTick) {
  World world;
  world.watch->RunOnce();
  world.Ticks(360, 5, 5);
  DetectSettings settings = StrictSettings();
  settings.tick = absl::Minutes(1);
  settings.min_excess_events = 1e6;
  world.watch->SetSettings(settings);
  const int64_t time_s = world.watch->Report()->time_s;
  world.Tick(5, 5);
  EXPECT_EQ(world.watch->Report()->time_s, time_s + 10);
  world.Ticks(20, 25, 5);
  EXPECT_THAT(world.Active(), IsEmpty());
  settings = StrictSettings();
  world.watch->SetSettings(settings);
  world.Ticks(20, 25, 5);
  EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
}

}  // namespace
}  // namespace gmewatch
