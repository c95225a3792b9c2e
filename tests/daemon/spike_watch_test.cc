#include "daemon/spike_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/daemon/detect/counts.h"
#include "tests/daemon/detect/detector_run.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr size_t kNetwork = 1;
constexpr size_t kBenign = 2;
constexpr absl::Duration kTick = absl::Seconds(10);

// Two places that count 1005, and 1003, which is benign; a clock; a watch that looks every tick.
class World {
 public:
  explicit World(const DetectSettings& settings = StrictSettings())
      : clock(absl::FromUnixSeconds(int64_t{kFirstTick} * 10 + 3)), settings_(settings) {
    counters_ = NewCounters();
    watch = std::make_unique<SpikeWatch>(settings_, *counters_, clock);
  }

  void Count(size_t place, size_t slot, uint64_t events) {
    Cell* cell = counters_->mutable_place(place)->mutable_cell(slot);
    cell->events.Add(events);
    for (uint64_t i = 0; i < events; ++i) {
      cell->EnsureSenders().Add({static_cast<uint64_t>(random_.Uniform() * 1e15), 0}, 1);
    }
  }
  void CountPoisson(size_t place, size_t slot, double mean) {
    Count(place, slot, random_.Poisson(mean));
  }
  // A tick passes in which 1005 has these means.
  void Tick(double first, double second) {
    CountPoisson(0, kNetwork, first);
    CountPoisson(1, kNetwork, second);
    clock.Advance(kTick);
    watch->Look();
  }
  void Ticks(int ticks, double first, double second) {
    for (int i = 0; i < ticks; ++i) Tick(first, second);
  }

  // Another process with the same counts and what was saved.
  void Restart() {
    const SpikeWatch::Saved saved = watch->Save(false);
    watch.reset();
    std::unique_ptr<Counters> after = NewCounters();
    for (size_t place = 0; place < after->places(); ++place) {
      for (size_t slot = 0; slot < after->codes(); ++slot) {
        after->mutable_place(place)->mutable_cell(slot)->events.Add(
            counters_->place(place).cell(slot).events.value());
      }
    }
    counters_ = std::move(after);
    watch = std::make_unique<SpikeWatch>(settings_, *counters_, clock);
    watch->Load(saved.pages);
  }

  std::vector<std::string> Active() const {
    std::vector<std::string> active;
    for (const Spike& spike : watch->Report().spikes) {
      if (spike.active) active.push_back(SpikeText(spike));
    }
    return active;
  }

  ManualClock clock;
  std::unique_ptr<SpikeWatch> watch;

 private:
  static std::unique_ptr<Counters> NewCounters() {
    auto counters = std::make_unique<Counters>();
    for (const int32_t code : {1005, 1003}) counters->AddCode(code, true);
    for (const char* region : {"eu", "us"}) counters->AddPlace({"shooter", region}, true);
    return counters;
  }

  const DetectSettings settings_;
  Counts random_{61};
  std::unique_ptr<Counters> counters_;
};

template <typename Fn>
std::string Logged(Fn act) {
  testing::internal::CaptureStderr();
  act();
  return testing::internal::GetCapturedStderr();
}

TEST(SpikeWatchTest, WhatWasThereBeforeItsFirstLookIsNoSpike) {
  World world;
  world.Count(0, kNetwork, 50'000);
  world.watch->Look();
  EXPECT_EQ(world.watch->Report().series, 0U);
  world.Ticks(60, 0, 5);
  EXPECT_THAT(world.Active(), IsEmpty());
  // The series of the second place and the three above it.
  EXPECT_EQ(world.watch->Report().series, 4U);
}

TEST(SpikeWatchTest, LooksOnceATick) {
  World world;
  world.watch->Look();
  world.Ticks(3, 5, 5);
  const int64_t time_s = world.watch->Report().time_s;
  EXPECT_EQ(time_s, absl::ToUnixSeconds(world.clock.Now()) - 3);
  world.clock.Advance(absl::Seconds(6));
  world.watch->Look();
  EXPECT_EQ(world.watch->Report().time_s, time_s);
  world.clock.Advance(absl::Seconds(1));
  world.watch->Look();
  EXPECT_EQ(world.watch->Report().time_s, time_s + 10);
}

TEST(SpikeWatchTest, TellsInTheLogWhenASpikeAndItsIncidentBeginAndEnd) {
  World world;
  world.watch->Look();
  EXPECT_EQ(Logged([&] { world.Ticks(360, 5, 5); }), "");
  EXPECT_THAT(Logged([&] { world.Ticks(30, 25, 5); }),
              AllOf(HasSubstr("INFO a spike begins where=\"1005 in eu of shooter\""),
                    HasSubstr("INFO an incident id=1 app=shooter region=eu"),
                    HasSubstr("action=network"), Not(HasSubstr("over"))));
  EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
  EXPECT_EQ(Logged([&] { world.Ticks(10, 25, 5); }), "");
  EXPECT_THAT(Logged([&] { world.Ticks(60, 5, 5); }),
              AllOf(HasSubstr("INFO a spike is over where=\"1005 in eu of shooter\""),
                    HasSubstr("INFO an incident is over id=1")));
}

TEST(SpikeWatchTest, ARestartNeitherForgetsASpikeNorRaisesOne) {
  for (const int down_ticks : {2, 18, 59, 200}) {
    SCOPED_TRACE(down_ticks);
    World world;
    world.watch->Look();
    world.Ticks(720, 5, 5);
    world.Ticks(30, 25, 5);
    ASSERT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
    const SpikeReport before = world.watch->Report();
    world.Restart();
    EXPECT_EQ(ReportText(world.watch->Report()), ReportText(before));
    // Nobody answers for a while; then clients bring what they had kept, over half a minute. What
    // is older than ten minutes comes as late.
    world.clock.Advance(down_ticks * kTick);
    world.watch->Look();
    const double kept = std::min(down_ticks, 57);
    for (int i = 0; i < 3; ++i) {
      world.Tick(25 + kept * 25 / 3, 5 + kept * 5 / 3);
      ASSERT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
    }
    for (int i = 0; i < 40; ++i) {
      world.Tick(25, 5);
      ASSERT_THAT(world.Active(), ElementsAre("1005 in eu of shooter")) << i;
    }
    const SpikeReport after = world.watch->Report();
    EXPECT_EQ(after.spikes[0].start_s, before.spikes[0].start_s);
    ASSERT_THAT(after.incidents, SizeIs(1));
    EXPECT_EQ(after.incidents[0].id, before.incidents[0].id);
    EXPECT_GT(after.time_s, before.time_s + down_ticks * 10);
    world.Ticks(60, 5, 5);
    EXPECT_THAT(world.Active(), IsEmpty());
  }
}

TEST(SpikeWatchTest, WaitsWhereTheClockWasSetBackALittle) {
  for (const int back : {1, 6, 30, 60}) {
    SCOPED_TRACE(back);
    World world;
    world.watch->Look();
    world.Ticks(360, 5, 5);
    const int64_t time_s = world.watch->Report().time_s;
    world.clock.Advance(-back * kTick);
    EXPECT_EQ(Logged([&] {
                for (int i = 0; i < back; ++i) {
                  world.Tick(5, 5);
                  EXPECT_EQ(world.watch->Report().time_s, time_s);
                }
                // What came meanwhile is not the next tick's.
                world.Ticks(60, 5, 5);
              }),
              "");
    EXPECT_EQ(world.watch->Report().time_s, time_s + 600);
    world.Ticks(20, 25, 5);
    EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
  }
}

TEST(SpikeWatchTest, BeginsAnewWhereTheClockWasSetBackFar) {
  World world;
  world.watch->Look();
  world.Ticks(360, 5, 5);
  world.Ticks(20, 25, 5);
  world.watch->Save(false);
  world.clock.Advance(-absl::Hours(1));
  EXPECT_THAT(Logged([&] { world.Tick(5, 5); }),
              AllOf(HasSubstr("ERROR"), HasSubstr("begins anew"), HasSubstr("clock")));
  EXPECT_THAT(world.watch->Report().spikes, IsEmpty());
  EXPECT_EQ(Logged([&] { world.Ticks(360, 5, 5); }), "");
  EXPECT_GT(world.watch->Report().series, 0U);
  // What is kept is replaced.
  EXPECT_TRUE(world.watch->Save(true).whole);
  world.Ticks(20, 25, 5);
  EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
}

TEST(SpikeWatchTest, ARestartWithAClockThatIsBehindWaitsOrBeginsAnew) {
  for (const absl::Duration back : {absl::Minutes(5), absl::Hours(2)}) {
    SCOPED_TRACE(back);
    World world;
    world.watch->Look();
    world.Ticks(360, 5, 5);
    world.Restart();
    world.clock.Advance(-back);
    const bool anew = back > absl::Minutes(10);
    const std::string log = Logged([&] {
      world.watch->Look();
      world.Ticks(400, 5, 5);
    });
    EXPECT_EQ(log.find("begins anew") != std::string::npos, anew) << log;
    EXPECT_THAT(world.Active(), IsEmpty());
    world.Ticks(20, 25, 5);
    EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
  }
}

TEST(SpikeWatchTest, QuietAreTheCatalogsBenignCodesAndThoseOfTheSettings) {
  World world;
  world.watch->Look();
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
  // By a reload.
  DetectSettings settings = StrictSettings();
  settings.quiet_codes = {1005};
  world.watch->SetSettings(settings);
  benign_rises(60, 25);
  EXPECT_THAT(world.Active(), IsEmpty());
}

TEST(SpikeWatchTest, SettingsChangeAllButTheTick) {
  World world;
  world.watch->Look();
  world.Ticks(360, 5, 5);
  DetectSettings settings = StrictSettings();
  settings.tick = absl::Minutes(1);
  settings.least_excess = 1e6;
  EXPECT_THAT(Logged([&] { world.watch->SetSettings(settings); }),
              AllOf(HasSubstr("detect.tick changes with the next start"), HasSubstr("tick=10s")));
  const int64_t time_s = world.watch->Report().time_s;
  world.Tick(5, 5);
  EXPECT_EQ(world.watch->Report().time_s, time_s + 10);
  world.Ticks(20, 25, 5);
  EXPECT_THAT(world.Active(), IsEmpty());
  settings = StrictSettings();
  EXPECT_EQ(Logged([&] { world.watch->SetSettings(settings); }), "");
  world.Ticks(20, 25, 5);
  EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
}

TEST(SpikeWatchTest, AMemoryThatCannotBeReadIsToldAndCountingGoesOn) {
  const auto check = [](const std::vector<DetectorPage>& pages, const std::string& why) {
    World world;
    EXPECT_THAT(Logged([&] { world.watch->Load(pages); }),
                AllOf(HasSubstr("ERROR the detector of spikes begins anew"), HasSubstr(why)));
    world.watch->Look();
    world.Ticks(360, 5, 5);
    world.Ticks(20, 25, 5);
    EXPECT_THAT(world.Active(), ElementsAre("1005 in eu of shooter"));
    EXPECT_TRUE(world.watch->Save(true).whole);
  };
  check({{{}, "no message"}}, "damaged");
  check({{{"shooter", "eu"}, "without a head"}}, "format 0");
  // Of an aggregate that knew other places.
  Detector other((StrictSettings()));
  other.AddPlace({"racer", "eu"});
  check(other.Save(false), "other counters");
}

TEST(SpikeWatchTest, SavesEverythingFirstAndThenWhatChanged) {
  World world;
  world.watch->Look();
  world.Ticks(5, 5, 5);
  SpikeWatch::Saved saved = world.watch->Save(true);
  EXPECT_TRUE(saved.whole);
  EXPECT_THAT(saved.pages, SizeIs(1 + 1 + 1 + 2 + 2));
  world.Ticks(1, 0, 5);
  saved = world.watch->Save(true);
  EXPECT_FALSE(saved.whole);
  EXPECT_THAT(saved.pages, SizeIs(1 + 1 + 1 + 1 + 1));
  EXPECT_TRUE(world.watch->Save(false).whole);
  // What was loaded is what is kept already.
  world.Restart();
  EXPECT_FALSE(world.watch->Save(true).whole);
  // A first start has nothing to load.
  EXPECT_EQ(Logged([&] { world.watch->Load({}); }), "");
}

}  // namespace
}  // namespace gmewatch
