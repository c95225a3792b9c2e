// SpikeWatch over a restart, and with a clock that is set back.
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
using ::testing::SizeIs;

TEST(SpikeWatchTest, ARestartNeitherForgetsASpikeNorRaisesOne) {
  for (const int down_ticks : {2, 18, 59, 200}) {
    SCOPED_TRACE(down_ticks);
    World world;
    world.watch->RunOnce();
    world.Ticks(720, 5, 5);
    world.Ticks(30, 25, 5);
    ASSERT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
    const SpikeReport before = *world.watch->Report();
    world.Restart();
    EXPECT_EQ(ReportText(*world.watch->Report()), ReportText(before));
    // The daemon is down for a while. Then clients deliver the events they kept, over half a
    // minute; events older than ten minutes are late.
    world.clock.Advance(down_ticks * kTick);
    world.watch->RunOnce();
    const double kept = std::min(down_ticks, 57);
    for (int i = 0; i < 3; ++i) {
      world.Tick(25 + kept * 25 / 3, 5 + kept * 5 / 3);
      ASSERT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
    }
    for (int i = 0; i < 40; ++i) {
      world.Tick(25, 5);
      ASSERT_THAT(world.Active(), ElementsAre("1005 in eu of shooter")) << i;
    }
    const SpikeReport after = *world.watch->Report();
    EXPECT_EQ(after.spikes[0].start_s, before.spikes[0].start_s);
    ASSERT_THAT(after.incidents, SizeIs(1));
    EXPECT_EQ(after.incidents[0].id, before.incidents[0].id);
    EXPECT_GT(after.time_s, before.time_s + int64_t{down_ticks} * 10);
    world.Ticks(60, 5, 5);
    EXPECT_THAT(world.Active(), IsEmpty());
  }
}

TEST(SpikeWatchTest, WaitsIfTheClockWasSetBackALittle) {
  for (const int back : {1, 6, 30, 60}) {
    SCOPED_TRACE(back);
    World world;
    world.watch->RunOnce();
    world.Ticks(360, 5, 5);
    const int64_t time_s = world.watch->Report()->time_s;
    world.clock.Advance(-back * kTick);
    EXPECT_EQ(Logged([&] {
                for (int i = 0; i < back; ++i) {
                  world.Tick(5, 5);
                  EXPECT_EQ(world.watch->Report()->time_s, time_s);
                }
                // The events counted meanwhile are not part of the next tick.
                world.Ticks(60, 5, 5);
              }),
              "");
    EXPECT_EQ(world.watch->Report()->time_s, time_s + 600);
    world.Ticks(20, 25, 5);
    EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
  }
}

TEST(SpikeWatchTest, IsResetIfTheClockWasSetBackFar) {
  World world;
  world.watch->RunOnce();
  world.Ticks(360, 5, 5);
  world.Ticks(20, 25, 5);
  world.watch->Save(false);
  world.clock.Advance(-absl::Hours(1));
  EXPECT_THAT(
      Logged([&] { world.Tick(5, 5); }),
      AllOf(HasSubstr("ERROR"), HasSubstr("spike detector state reset"), HasSubstr("clock")));
  EXPECT_THAT(world.watch->Report()->spikes, IsEmpty());
  EXPECT_EQ(Logged([&] { world.Ticks(360, 5, 5); }), "");
  EXPECT_GT(world.watch->Report()->series, 0U);
  // The next checkpoint replaces everything that was saved.
  EXPECT_TRUE(world.watch->Save(true).whole);
  world.Ticks(20, 25, 5);
  EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
}

TEST(SpikeWatchTest, AfterARestartWithAClockThatIsBehindItWaitsOrIsReset) {
  for (const absl::Duration back : {absl::Minutes(5), absl::Hours(2)}) {
    SCOPED_TRACE(back);
    World world;
    world.watch->RunOnce();
    world.Ticks(360, 5, 5);
    world.Restart();
    world.clock.Advance(-back);
    const bool is_reset = back > absl::Minutes(10);
    const std::string log = Logged([&] {
      world.watch->RunOnce();
      world.Ticks(400, 5, 5);
    });
    EXPECT_EQ(log.find("state reset") != std::string::npos, is_reset) << log;
    EXPECT_THAT(world.Active(), IsEmpty());
    world.Ticks(20, 25, 5);
    EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
  }
}

TEST(SpikeWatchTest, AStateThatCannotBeReadIsLoggedAndCountingGoesOn) {
  const auto check = [](const std::vector<DetectorPage>& pages, const std::string& why) {
    World world;
    EXPECT_THAT(Logged([&] { world.watch->Load(pages); }),
                AllOf(HasSubstr("ERROR spike detector state reset"), HasSubstr(why)));
    world.watch->RunOnce();
    world.Ticks(360, 5, 5);
    world.Ticks(20, 25, 5);
    EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
    EXPECT_TRUE(world.watch->Save(true).whole);
  };
  check({{{}, "no message"}}, "damaged");
  check({{{"shooter", "eu"}, "without a head"}}, "format 0");
  // The state belongs to an aggregate with other places.
  Detector other((StrictSettings()));
  other.AddPlace({"racer", "eu"});
  check(other.Save(false), "other counters");
  // Or with other columns, or fewer, which its series would name beyond the end.
  for (const std::vector<int32_t>& codes : {std::vector{0, 1005, 7777}, {0, 1005, 1003, 7777}}) {
    Detector columns((StrictSettings()));
    std::vector<WatchedCode> watched(codes.size());
    for (size_t i = 0; i < codes.size(); ++i) watched[i].code = codes[i];
    columns.SetCodes(std::move(watched));
    check(columns.Save(false), codes.size() == 3 ? "column 2" : "column 3");
  }
}

TEST(SpikeWatchTest, SavesEverythingFirstAndThenWhatChanged) {
  World world;
  world.watch->RunOnce();
  world.Ticks(5, 5, 5);
  SpikeWatch::Saved saved = world.watch->Save(true);
  EXPECT_TRUE(saved.whole);
  EXPECT_THAT(saved.pages, SizeIs(1 + 1 + 1 + 2 + 2));
  world.Ticks(1, 0, 5);
  saved = world.watch->Save(true);
  EXPECT_FALSE(saved.whole);
  EXPECT_THAT(saved.pages, SizeIs(1 + 1 + 1 + 1 + 1));
  EXPECT_TRUE(world.watch->Save(false).whole);
  // The state that was loaded is already in the log.
  world.Restart();
  EXPECT_FALSE(world.watch->Save(true).whole);
  // A first start has nothing to load.
  EXPECT_EQ(Logged([&] { world.watch->Load({}); }), "");
}

TEST(SpikeWatchTest, ATickWhoseCountsAreIncompleteIsSkippedAndTheNextCoversItsTime) {
  for (const int skipped : {1, 5, 6, 40}) {
    SCOPED_TRACE(skipped);
    World world;
    bool complete = true;
    world.watch->AskBeforeTicks([&complete] { return complete; });
    world.watch->RunOnce();
    world.Ticks(720, 5, 5);
    const int64_t time_s = world.watch->Report()->time_s;
    complete = false;
    for (int i = 0; i < skipped; ++i) {
      world.clock.Advance(kTick);
      world.watch->RunOnce();
      EXPECT_EQ(world.watch->Report()->time_s, time_s);
    }
    complete = true;
    // What was not seen comes at once, or after a long time while clients come back.
    world.Tick(5 * (skipped + 1), 5 * (skipped + 1));
    EXPECT_EQ(world.watch->Report()->time_s == time_s, skipped >= SpikeWatch::kSkippedMax);
    for (int i = 0; i < 60; ++i) {
      world.Tick(5, 5);
      ASSERT_THAT(world.Active(), IsEmpty()) << i;
    }
    EXPECT_EQ(world.watch->Report()->time_s, time_s + int64_t{10} * (skipped + 61));
    world.Ticks(20, 25, 5);
    EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
  }
}

}  // namespace
}  // namespace gmewatch
