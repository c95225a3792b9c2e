// What forged reports do to the detector: from epochs to spikes, with players at addresses of their
// own and an attacker who has one address and as many sessions as he likes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

#include "daemon/aggregate/aggregate.h"
#include "daemon/detect/counter_reader.h"
#include "tests/daemon/detect/detector_run.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int kMinute = 6;  // ticks
constexpr int kHour = 60 * kMinute;
constexpr int32_t kCode = 1005;
constexpr uint64_t kAttacker = 0xA77AC8E9B1D3F501;  // his address

class DetectorAttackTest : public ::testing::Test {
 protected:
  DetectorAttackTest() {
    Epoch epoch;
    epoch.policy.emplace();
    epoch.policy->add_catalog_codes(kCode);
    epoch.policy->set_max_app_regions(10);
    epoch.policy->set_session_horizon_ms(int64_t{24} * 3600 * 1000);
    epoch.policy->set_watched_events_max(100);
    internal::PlaceRecord* place = epoch.policy->add_configured();
    place->set_app("game");
    place->set_region("eu");
    Apply(epoch);
    WatchedCode other;
    other.other = true;
    WatchedCode code;
    code.code = kCode;
    detector_.SetCodes({other, code});
    detector_.AddPlace({"game", "eu"});
  }

  // Each reports the code once, from an address and a session of its own.
  void Players(double mean) {
    for (uint64_t left = random_.Poisson(mean); left > 0; --left) {
      const uint64_t player = random_.Bits();
      Report({player, 1}, known_addresses_ ? player : 0, 1);
    }
  }
  // The attacker's sessions report `events` together.
  void Attack(uint64_t sessions, uint32_t events, uint64_t addresses = 1) {
    for (uint64_t i = 0; i < sessions; ++i) {
      const uint64_t address = kAttacker + (i % addresses) * 0x9E3779B97F4A7C15U;
      Report({1'000'000 + i, 2}, known_addresses_ ? address : 0,
             static_cast<uint32_t>(events / sessions));
    }
  }
  void Tick() {
    Apply(epoch_);
    epoch_.Clear();
    detector_.Tick(kFirstTick + tick_, 1, reader_.Read());
    ++tick_;
  }
  void Report(SessionId session, uint64_t sender, uint32_t events) {
    Batch batch;
    batch.session = session;
    batch.sequence = ++sequence_;
    batch.sender = sender;
    batch.entries = {{kCode, events}};
    epoch_.Add(batch, origin_);
  }
  std::vector<std::string> Active() { return ActiveSpikeTexts(detector_.Report()); }
  static bool HasSpike(const std::vector<std::string>& texts) {
    return std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
      return text.find("(loop)") == std::string::npos;
    });
  }
  // Ticks of the next twenty minutes in which a spike is shown, of an outage of 80 in ten seconds
  // where 4 are usual, after ten hours of 400 forged ones, which go on or end with its beginning.
  int TicksWithSpike(bool attack_goes_on) {
    for (int tick = 0; tick < 10 * kHour; ++tick) {
      Players(4);
      Attack(40, 400);
      Tick();
      EXPECT_FALSE(HasSpike(Active())) << "tick " << tick;
    }
    int shown = 0;
    for (int tick = 0; tick < 20 * kMinute; ++tick) {
      Players(80);
      if (attack_goes_on) Attack(40, 400);
      Tick();
      if (HasSpike(Active())) ++shown;
    }
    std::cout << "shown in " << shown << " of " << 20 * kMinute << " ticks\n";
    return shown;
  }

  bool known_addresses_ = true;
  Detector detector_{StrictSettings()};

 private:
  void Apply(Epoch& epoch) {
    epoch.time_ms = int64_t{kFirstTick + tick_} * 10'000;
    std::vector<Verdict> verdicts;
    aggregate_.Apply(++number_, epoch, &verdicts);
  }

  Random random_{44};
  Aggregate aggregate_;
  CounterReader reader_{aggregate_.counters()};
  Epoch epoch_;
  const HashedOrigin origin_{Origin{"game", "eu", "1.0", "", ""}};
  uint64_t number_ = 0;
  uint64_t sequence_ = 0;
  uint32_t tick_ = 0;
};

TEST_F(DetectorAttackTest, ForgedSteadyCountsHideNoOutage) {
  EXPECT_GE(TicksWithSpike(/*attack_goes_on=*/true), 20 * kMinute - 3);
}

TEST_F(DetectorAttackTest, ForgedSteadyCountsThatEndHideNoOutage) {
  EXPECT_GE(TicksWithSpike(/*attack_goes_on=*/false), 20 * kMinute - 3);
}

// The limit: where neither address nor player is known, sessions are all there is.
TEST_F(DetectorAttackTest, WithoutAddressesSessionsThatCostNothingHideIt) {
  known_addresses_ = false;
  EXPECT_EQ(TicksWithSpike(/*attack_goes_on=*/true), 0);
}

TEST_F(DetectorAttackTest, MadeUpSessionsOfOneAddressAreALoopAndTheReportSaysSo) {
  for (int tick = 0; tick < kHour; ++tick) {
    Players(1);
    Tick();
  }
  for (int tick = 0; tick < 3 * kMinute; ++tick) {
    Players(1);
    Attack(20, 1500);
    Tick();
    EXPECT_FALSE(HasSpike(Active()));
  }
  EXPECT_THAT(Active(), ElementsAre("1005 in eu of game (loop)"));
  const Spike loop = detector_.Report().spikes.at(0);
  EXPECT_NEAR(loop.sessions, 38, 8);  // players too
  EXPECT_LE(loop.new_sessions, loop.sessions);
  EXPECT_NEAR(loop.addresses, 18, 6);
}

TEST_F(DetectorAttackTest, ASpikeSaysFromHowManyAddressesItComes) {
  for (int tick = 0; tick < kHour; ++tick) {
    Players(1);
    Tick();
  }
  for (int tick = 0; tick < kMinute; ++tick) {
    Attack(40, 400, /*addresses=*/20);
    Tick();
  }
  EXPECT_THAT(Active(), ElementsAre("1005 in eu of game"));
  const Spike spike = detector_.Report().spikes.at(0);
  EXPECT_NEAR(spike.sessions, 40, 8);
  EXPECT_NEAR(spike.addresses, 20, 5);
}

// A player in a loop, and one who takes it far beyond that, look alike.
TEST_F(DetectorAttackTest, OneSessionWeighsNoMoreThanItsShare) {
  for (int tick = 0; tick < kHour; ++tick) {
    Players(1);
    Tick();
  }
  for (int tick = 0; tick < kMinute; ++tick) {
    Report({1, 1}, kAttacker, 900'000);
    Tick();
  }
  const SpikeReport report = detector_.Report();
  ASSERT_THAT(report.spikes, testing::SizeIs(1));
  EXPECT_TRUE(report.spikes[0].retry_loop);
  EXPECT_LE(report.spikes[0].observed_rate, 2 * 100 / 10.0);
}

}  // namespace
}  // namespace gmewatch
