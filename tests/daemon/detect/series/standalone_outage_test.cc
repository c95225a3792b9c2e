// Rises that last: outages, which stay active until they are over, and releases, whose rate becomes
// the level.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/daemon/detect/series/standalone_run.h"

namespace gmewatch {
namespace {

TEST(StandaloneOutageTest, ALongOutageIsActiveUntilItIsOverAndTheNextIsFound) {
  for (const double rate : {1.0, 10.0}) {
    for (const int hours : {9, 24, 48}) {
      SCOPED_TRACE(testing::Message() << rate << " a tick, " << hours << " h");
      Play play(31);
      const int begin = 2 * kDay;
      const int over = begin + hours * kHour;
      play.Until(begin, rate);
      play.Until(over, 10 * rate);
      play.Until(over + kHour, rate);
      const SpikeSeen outage = OnlySpike(play, 0);
      EXPECT_NEAR(outage.since, begin, 1);
      EXPECT_LE(outage.found, begin + 5);
      EXPECT_NEAR(outage.end, over + 48, 6);
      play.Until(over + 2 * kHour, 3 * rate);
      const SpikeSeen next = OnlySpike(play, over);
      EXPECT_NEAR(next.since, over + kHour, 3 + 25 / rate);
      EXPECT_LE(next.found, over + kHour + static_cast<int>(5 + 120 / rate));
      EXPECT_EQ(next.end, -1);
    }
  }
}

// The release is withdrawn after five days, and comes back a day later.
TEST(StandaloneOutageTest, AReleaseIsQuietAfterADayAndSoAreItsFallAndItsReturn) {
  // A single event a tick is too little to tell twice the rate from once at once.
  for (const double rate : {1.0, 10.0, 100.0}) {
    for (const double factor : {2.0, 4.0}) {
      if (rate * factor < 4) continue;
      SCOPED_TRACE(testing::Message() << rate << " a tick, " << factor << " times");
      Play play(32, Strict());
      const int begin = 7 * kDay;
      const int fall = begin + 5 * kDay;
      const int back = fall + kDay;
      play.Until(begin, rate);
      play.Until(fall, factor * rate);
      const SpikeSeen release = OnlySpike(play, 0);
      EXPECT_NEAR(release.since, begin, 4 + 20 / rate);
      EXPECT_NEAR(release.end, begin + kDay, 4 + 20 / rate);
      EXPECT_NEAR(play.last().expected / rate, factor, 0.25 * factor);
      play.Until(back, rate);
      EXPECT_NEAR(play.last().expected / rate, 1, 0.15);
      play.Until(back + kDay, factor * rate);
      EXPECT_NEAR(play.last().expected / rate, factor, 0.25 * factor);
      OnlySpike(play, 0);
      // Beyond the level of the release, a rise is found.
      play.Until(back + kDay + 60, 4 * factor * rate);
      EXPECT_LE(OnlySpike(play, back).found, back + kDay + 10);
    }
  }
}

// More than five times the rate is taken for an outage for a week.
TEST(StandaloneOutageTest, ATenfoldRateIsTheLevelAfterAWeek) {
  Play play(33);
  const int begin = 2 * kDay;
  play.Until(begin, 5);
  play.Until(begin + 8 * kDay, 50);
  EXPECT_NEAR(OnlySpike(play, 0).end, begin + 7 * kDay, 2);
  EXPECT_NEAR(play.last().expected, 50, 10);
}

// With a baseline of half an hour. A third of an event a tick is too little then (1 of 20 runs).
TEST(StandaloneOutageTest, FindsAnOutageInTheFirstHours) {
  for (const double rate : {1.0, 3.0}) {
    int found = 0;
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      SCOPED_TRACE(testing::Message() << rate << " a tick, seed " << seed);
      Play play(seed);
      const int begin = kHour / 2;
      play.Until(begin, rate);
      play.Until(begin + 2 * kHour, 5 * rate);
      if (play.spikes().empty()) continue;
      EXPECT_NEAR(OnlySpike(play, 0).since, begin, 3 + 12 / rate);
      ++found;
    }
    EXPECT_GE(found, rate < 2 ? 17 : 20);
  }
}

// The level is known from two minutes, so the morning must be no rise by that.
TEST(StandaloneOutageTest, ARateThatWandersInTheFirstHoursRaisesNothing) {
  for (const double rate : {0.3, 1.0, 3.0, 10.0, 100.0}) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      Play play(seed);
      const auto phase = static_cast<double>(seed);
      play.Until(6 * kHour, [rate, phase](int tick) {
        return rate * std::exp(0.25 * std::sin(tick * 0.004 + phase) +
                               0.6 * std::sin(tick * 2 * std::numbers::pi / kDay + phase));
      });
      EXPECT_TRUE(play.spikes().empty()) << rate << " a tick, seed " << seed;
    }
  }
}

}  // namespace
}  // namespace gmewatch
