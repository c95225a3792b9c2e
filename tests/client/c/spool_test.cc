// A killed game: what was stored is counted once, wherever the end cut the spool.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/client/c/client_world.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

// A game of half a minute, with answers, lost answers and a server that is away. `secured` is what
// the spool had after its last whole write.
class Game {
 public:
  explicit Game(ClientWorld* world) : world_(*world), stores_(world->stores()) {}

  void Play(uint64_t variant) {
    for (int second = 0; second < 30 && !world_.dead(); ++second) {
      Report(1005, static_cast<uint32_t>(1 + second % 3));
      Report(-second, 2);
      if (second % 7 == 3) Flush(second % 14 == 3);
      Pass(variant, second);
    }
  }
  uint64_t reported() const { return reported_; }
  uint64_t secured() const { return secured_; }

 private:
  void Report(int32_t code, uint32_t count) {
    gmewatch_report(world_.watch(), code, count);
    reported_ += count;
  }
  void Flush(bool pause) {
    if (pause) {
      gmewatch_pause(world_.watch());
    } else {
      gmewatch_flush(world_.watch());
    }
    Note();
  }
  void Pass(uint64_t variant, int second) {
    world_.set_now(world_.now() + 1000);
    world_.Tick();
    Note();
    if (world_.dead() || !world_.request().has_value()) return;
    const uint64_t outcome = (variant >> (second % 16 * 2)) % 4;
    if (outcome <= 1) {
      world_.Serve();
    } else if (outcome == 2) {
      world_.ServeUnheard();
      world_.Answer(0, "");
    } else {
      world_.Answer(503, "");
    }
    Note();
  }
  // Everything reported so far is in the spool if it was written since the last call.
  void Note() {
    if (world_.stores() > stores_) secured_ = reported_;
    stores_ = world_.stores();
  }

  ClientWorld& world_;
  size_t stores_;
  uint64_t reported_ = 0;
  uint64_t secured_ = 0;
};

// Kills the game after `bytes` of its spool, runs it to the end in a second process, and returns
// what is wrong.
std::string KillAt(size_t bytes, uint64_t variant) {
  ClientWorld world;
  world.UseSpool();
  world.Start();
  Game game(&world);
  world.DieAfterBytes(bytes);
  game.Play(variant);
  world.Kill();
  world.Revive();
  world.Start();
  if (!world.Deliver()) return absl::StrCat("bytes ", bytes, ": not delivered");
  if (world.server().total() != game.secured()) {
    return absl::StrCat("killed after ", bytes, " bytes: counted ", world.server().total(),
                        ", stored ", game.secured(), " of ", game.reported());
  }
  return "";
}

size_t BytesOfGame(uint64_t variant) {
  ClientWorld world;
  world.UseSpool();
  world.Start();
  Game(&world).Play(variant);
  return world.bytes_stored();
}

TEST(SpoolTest, AKillAtEachByteLosesNothingStoredAndDoublesNothing) {
  for (const uint64_t variant : {0x00000000ULL, 0xFFFFFFFFULL, 0xAAAAAAAAULL, 0x1B2E4D87ULL}) {
    const size_t all = BytesOfGame(variant);
    ASSERT_GT(all, 1000U);
    for (size_t bytes = 0; bytes <= all; ++bytes) {
      const std::string wrong = KillAt(bytes, variant);
      ASSERT_EQ(wrong, "") << "variant " << variant;
    }
  }
}

TEST(SpoolTest, ManyKillsInARowLoseNothingStoredAndDoubleNothing) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  Random random(seed);
  for (int run = 0; run < 300; ++run) {
    ClientWorld world;
    world.UseSpool();
    uint64_t secured = 0;
    for (int life = 0; life < 5; ++life) {
      world.Revive();
      world.Start();
      Game game(&world);
      world.DieAfterBytes(static_cast<size_t>(random.Integer(0, 6000)));
      game.Play(random.Bits());
      secured += game.secured();
    }
    world.Revive();
    world.Start();
    ASSERT_TRUE(world.Deliver());
    ASSERT_EQ(world.server().total(), secured) << "run " << run;
  }
}

TEST(SpoolTest, TheNextRunFinishesTheOldSessionFirst) {
  ClientWorld world;
  world.UseSpool();
  world.Start();
  gmewatch_report(world.watch(), 1005, 3);
  world.Pass(10000);
  ASSERT_TRUE(world.request().has_value());
  v1::ReportRequest before;
  ASSERT_TRUE(before.ParseFromString(*world.request()));
  world.Start();
  gmewatch_report(world.watch(), 7, 1);
  EXPECT_EQ(world.Stats().restored_events, 3U);
  while (!world.request().has_value()) ASSERT_TRUE(world.Step());
  v1::ReportRequest after;
  ASSERT_TRUE(after.ParseFromString(*world.request()));
  EXPECT_EQ(after.age().seconds(), 20);
  after.mutable_age()->CopyFrom(before.age());
  EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
  ASSERT_TRUE(world.Deliver());
  EXPECT_EQ(world.server().sessions(), 2U);
  EXPECT_EQ(world.server().EventsOf(1005), 3U);
  EXPECT_EQ(world.server().EventsOf(7), 1U);
}

TEST(SpoolTest, ASpoolThatCannotBeWrittenStopsNothing) {
  ClientWorld world;
  world.UseSpool();
  world.set_store_works(false);
  world.Start();
  gmewatch_report(world.watch(), 1005, 3);
  world.Pass(10000);
  EXPECT_GT(world.Stats().spool_failures, 0U);
  EXPECT_NE(std::string(world.Stats().last_error).find("the spool cannot be written"),
            std::string::npos);
  ASSERT_TRUE(world.Deliver());
  EXPECT_EQ(world.server().total(), 3U);
}

TEST(SpoolTest, TheFullestStateFitsOrSaysWhatItLeftOut) {
  ClientWorld world;
  world.UseSpool();
  world.Start();
  // Negative codes are the longest on the wire.
  for (int code = 1; code <= 512; ++code) gmewatch_report(world.watch(), -1000000000 - code, 1900);
  for (int i = 0; i < 16; ++i) gmewatch_detail(world.watch(), -i, std::string(64, 'x').c_str(), -1);
  world.Pass(10000);
  ASSERT_TRUE(world.request().has_value());
  uint64_t reported = uint64_t{512} * 1900;
  for (int round = 0; round < 2; ++round) {
    for (int code = 1; code <= 512; ++code)
      gmewatch_report(world.watch(), -1000000000 - code, 4000000000U);
    reported += uint64_t{512} * 4000000000U;
  }
  gmewatch_pause(world.watch());
  EXPECT_EQ(world.Stats().spool_failures, 0U);
  world.Start();
  EXPECT_EQ(world.Stats().restored_events, reported);
}

TEST(SpoolTest, AnotherAppsSpoolIsGivenUpAndSaid) {
  ClientWorld world;
  world.UseSpool();
  world.Start();
  gmewatch_report(world.watch(), 1005, 3);
  world.Pass(10000);
  world.options().app = "other_game";
  world.Start();
  EXPECT_NE(std::string(world.Stats().last_error).find("another app"), std::string::npos);
  gmewatch_report(world.watch(), 7, 1);
  ASSERT_TRUE(world.Deliver());
  EXPECT_EQ(world.server().total(), 1U);
  EXPECT_EQ(world.server().LostOf(v1::ClientLoss::EXPIRED), 3U);
}

TEST(SpoolTest, AFileThatCannotBeReadIsNotWrittenOver) {
  ClientWorld world;
  world.options().spool_path = "/proc/self/mem";  // opens, and the address 0 cannot be read
  world.Start();
  gmewatch_report(world.watch(), 1005, 3);
  gmewatch_pause(world.watch());
  EXPECT_NE(std::string(world.Stats().last_error).find("cannot be read"), std::string::npos);
  world.Pass(100000);
  EXPECT_EQ(world.Stats().spool_failures, 1U) << "one for the read, and no write";
  ASSERT_TRUE(world.Deliver());
  EXPECT_EQ(world.server().total(), 3U);
}

// Each of the three reads of a start: the two slots, and the newest one again.
TEST(SpoolTest, AStoreThatCannotBeReadIsNotWrittenOverAndADenialErasesItAllTheSame) {
  for (int read = 0; read < 3; ++read) {
    ClientWorld world;
    world.UseSpool();
    world.Start();
    gmewatch_report(world.watch(), 1005, 3);
    world.Pass(10000);
    world.set_failing_read(read);
    world.Start();
    EXPECT_NE(std::string(world.Stats().last_error).find("cannot be read"), std::string::npos);
    const size_t stores = world.stores();
    gmewatch_report(world.watch(), 7, 1);
    gmewatch_pause(world.watch());
    world.Pass(100000);
    EXPECT_EQ(world.stores(), stores) << read;
    EXPECT_EQ(world.Stats().spool_failures, 1U);
    world.Start();  // can read it
    EXPECT_EQ(world.Stats().restored_events, 3U);
    world.set_failing_read(read);
    world.Start();
    gmewatch_set_consent(world.watch(), GMEWATCH_CONSENT_DENIED);
    EXPECT_FALSE(world.has_spool_bytes()) << read;
    gmewatch_set_consent(world.watch(), GMEWATCH_CONSENT_GRANTED);
    gmewatch_report(world.watch(), 8, 1);
    gmewatch_pause(world.watch());
    EXPECT_TRUE(world.has_spool_bytes()) << "nothing is left that a write could replace";
  }
}

TEST(SpoolTest, WhatIsReportedAfterAConsentThatFollowsADenialCounts) {
  ClientWorld world;
  world.Start();
  gmewatch_set_consent(world.watch(), GMEWATCH_CONSENT_DENIED);
  gmewatch_report(world.watch(), 1005, 3);
  gmewatch_set_consent(world.watch(), GMEWATCH_CONSENT_GRANTED);
  gmewatch_report(world.watch(), 1006, 2);  // before the next frame
  world.Pass(20000);
  ASSERT_TRUE(world.Deliver());
  EXPECT_EQ(world.server().total(), 2U);
  EXPECT_EQ(world.Stats().reported_events, 2U);
}

TEST(SpoolTest, NothingIsWrittenBeforeConsentAndNothingStaysAfterDenial) {
  ClientWorld world;
  world.UseSpool();
  world.options().consent = GMEWATCH_CONSENT_UNKNOWN;
  world.Start();
  gmewatch_report(world.watch(), 1005, 3);
  gmewatch_pause(world.watch());
  world.Pass(100000);
  EXPECT_EQ(world.stores(), 0U);
  EXPECT_EQ(world.requests(), 0U);
  gmewatch_set_consent(world.watch(), GMEWATCH_CONSENT_GRANTED);
  world.Tick();
  world.Pass(20000);
  EXPECT_TRUE(world.has_spool_bytes());
  gmewatch_set_consent(world.watch(), GMEWATCH_CONSENT_DENIED);
  EXPECT_FALSE(world.has_spool_bytes());
  gmewatch_report(world.watch(), 1005, 3);
  gmewatch_pause(world.watch());
  world.Destroy();
  EXPECT_FALSE(world.has_spool_bytes());
}

}  // namespace
}  // namespace gmewatch
