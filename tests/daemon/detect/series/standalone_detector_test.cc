#include "daemon/detect/series/standalone_detector.h"

#include <gtest/gtest.h>

#include "tests/daemon/detect/series/model_run.h"
#include "tests/daemon/detect/series/standalone_run.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

TEST(StandaloneDetectorTest, FindsAThreefoldRateAndItsStart) {
  for (const double rate : {1.0, 5.0, 100.0}) {
    for (uint64_t seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE(testing::Message() << "rate " << rate << " seed " << seed);
      Play play(seed, Strict());
      play.Until(kDay, rate);
      const int allowed = static_cast<int>(4 + 60 / rate);
      play.Until(kDay + allowed, 3 * rate);
      const SpikeSeen spike = OnlySpike(play, kDay);
      EXPECT_GE(spike.found, kDay);
      // It takes some fifteen events, however long they take.
      EXPECT_NEAR(spike.since, kDay, 3 + 15 / rate);
    }
  }
}

// One event in ten ticks. With the default settings a threefold rate is found within an hour in
// half of the runs (100 seeds: 51 %), a fivefold one in all.
TEST(StandaloneDetectorTest, FindsAFivefoldRateOfRareEvents) {
  constexpr double kRate = 0.1;
  int found = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Play play(seed, Strict());
    play.Until(kDay, kRate);
    play.Until(kDay + kHour, 5 * kRate);
    if (play.spikes().size() != 1 || play.spikes()[0].found < kDay) continue;
    EXPECT_NEAR(play.spikes()[0].since, kDay, 60) << seed;
    ++found;
  }
  EXPECT_GE(found, 18);
}

TEST(StandaloneDetectorTest, FindsABurstOfFortySeconds) {
  for (const double rate : {0.1, 1.0, 10.0, 100.0, 1000.0}) {
    SCOPED_TRACE(rate);
    Play play(3, Strict());
    play.Until(kDay, rate);
    play.Until(kDay + 4, 6 * rate + 40);
    EXPECT_EQ(OnlySpike(play, kDay).since, kDay);
    play.Until(kDay + 200, rate);
    EXPECT_EQ(OnlySpike(play, kDay).since, kDay);
    EXPECT_GT(OnlySpike(play, kDay).end, 0);
  }
}

TEST(StandaloneDetectorTest, FindsABurstOfARareCode) {
  for (const int seconds : {1, 10}) {
    for (const int quiet_ticks : {110, 600, 3600}) {
      SCOPED_TRACE(testing::Message() << seconds << " s, " << quiet_ticks);
      DetectSettings settings;
      settings.tick = absl::Seconds(seconds);
      StandaloneDetector detector(settings, 1);
      for (int tick = 0; tick < quiet_ticks; ++tick) {
        EXPECT_FALSE(detector.Observe(int64_t{kFirstTick} + tick, tick == 3 ? 1 : 0).active);
      }
      bool found = false;
      for (int tick = 0; tick < 40 / seconds; ++tick) {
        found = detector.Observe(int64_t{kFirstTick} + quiet_ticks + tick, 40).active || found;
      }
      EXPECT_TRUE(found);
    }
  }
}

TEST(StandaloneDetectorTest, FindsALowSteadyRateAfterLongSilence) {
  // The ticks of the rise must not raise the dispersion that it is tested against.
  for (const int quiet_ticks : {600, kDay}) {
    for (uint64_t events = 1; events < 12; ++events) {
      SCOPED_TRACE(testing::Message() << quiet_ticks << " ticks, then " << events);
      StandaloneDetector detector({}, 64);
      for (int tick = 0; tick < quiet_ticks; ++tick)
        detector.Observe(int64_t{kFirstTick} + tick, 0);
      int ticks = 0;
      while (ticks < 30 &&
             !detector.Observe(int64_t{kFirstTick} + quiet_ticks + ticks, events).active) {
        ++ticks;
      }
      EXPECT_LT(ticks, 30);
    }
  }
}

TEST(StandaloneDetectorTest, FindsARampOfThreeHours) {
  for (const double rate : {1.0, 10.0, 100.0}) {
    SCOPED_TRACE(rate);
    Play play(5, Strict());
    const int begin = 8 * kDay;
    play.Until(begin, rate);
    play.Until(begin + 3 * kHour,
               [&](int tick) { return rate * (1 + 3.0 * (tick - begin) / (3 * kHour)); });
    const SpikeSeen spike = OnlySpike(play, begin);
    EXPECT_LT(spike.found, begin + 3 * kHour * 2 / 3);
    EXPECT_GT(spike.since, begin - 60);
  }
}

TEST(StandaloneDetectorTest, KeepsTheBaselineDuringASpike) {
  for (const absl::Duration resolve_after : {absl::Minutes(5), absl::Minutes(20)}) {
    DetectSettings settings = Strict();
    settings.resolve_after = resolve_after;
    Play play(7, settings);
    play.Until(kDay, 10);
    play.Until(kDay + 5, 50);
    const double at_first = play.last().expected;
    ASSERT_TRUE(play.last().active);
    const int over = kDay + 2 * kHour;
    for (int tick = kDay + 5; tick < over; tick += 10) {
      play.Until(tick, 50);
      ASSERT_NEAR(play.last().expected / at_first, 1, 0.05) << tick;
    }
    play.Until(over, 50);
    // It ends when the rate has been back for resolve_after, not earlier and not much later.
    play.Until(over + kHour, 10);
    const int resolve_ticks = static_cast<int>(resolve_after / settings.tick);
    const SpikeSeen spike = OnlySpike(play, kDay);
    EXPECT_GE(spike.end, over + resolve_ticks - 3);
    EXPECT_LE(spike.end, over + resolve_ticks + 10);
    EXPECT_NEAR(play.last().expected / at_first, 1, 0.15);
  }
}

TEST(StandaloneDetectorTest, APauseShorterThanResolveAfterIsOneSpike) {
  Play play(8, Strict());
  play.Until(kDay, 10);
  play.Until(kDay + 40, 50);
  play.Until(kDay + 55, 10);
  play.Until(kDay + 90, 50);
  play.Until(kDay + 200, 10);
  EXPECT_EQ(OnlySpike(play, kDay).since, kDay);
}

TEST(StandaloneDetectorTest, TakesALastingRiseForTheNewLevel) {
  for (const int hours : {2, 8}) {
    DetectSettings settings = Strict();
    settings.rebaseline_after = absl::Hours(hours);
    Play play(9, settings);
    play.Until(kDay, 10);
    play.Until(2 * kDay, 40);
    const SpikeSeen spike = OnlySpike(play, kDay);
    EXPECT_NEAR(spike.end, kDay + hours * kHour, 3);
    EXPECT_NEAR(play.last().expected, 40, 4);
    // A rise above the new level is a spike again.
    play.Until(2 * kDay + 10, 250);
    EXPECT_TRUE(play.last().active);
  }
}

TEST(StandaloneDetectorTest, JudgesADenseSeriesFromTwoMinutesOn) {
  for (const int begin : {12, 13, 30, 90}) {
    Play play(11);
    play.Until(begin, 5);
    EXPECT_TRUE(play.spikes().empty());
    play.Until(begin + 4, 100);
    EXPECT_EQ(OnlySpike(play, 12).since, begin);
  }
  Play early(11);
  early.Until(11, 5);
  early.Until(12, 500);
  EXPECT_TRUE(early.spikes().empty());
}

TEST(StandaloneDetectorTest, FindsARiseThatGrowsForHalfAMinuteAfterTwoMinutes) {
  for (const uint64_t seed : {11U, 12U, 13U, 14U, 15U}) {
    SCOPED_TRACE(seed);
    Play play(seed);
    play.Until(12, 1.5);
    play.Until(13, 10);
    play.Until(14, 30);
    play.Until(15, 60);
    play.Until(17, 80);
    EXPECT_TRUE(play.last().active);
    play.Until(40, 80);
    OnlySpike(play, 12);
  }
}

TEST(StandaloneDetectorTest, ABurstThatComesBackEveryDayIsExpectedAtItsHourOnly) {
  // Five minutes at four in the afternoon, or at another time every day.
  for (const bool regular : {true, false}) {
    SCOPED_TRACE(regular);
    Play play(13, Strict());
    const auto rate_in_burst = [&](double in_burst) {
      return [regular, in_burst](int tick) {
        const int begin = regular ? 4000 : 100 + tick / kDay * 2777 % 8000;
        const int of_day = tick % kDay;
        return of_day >= begin && of_day < begin + 30 ? in_burst : 5.0;
      };
    };
    play.Until(4 * kDay, rate_in_burst(50));
    EXPECT_GE(play.spikes().size(), 2U);
    const size_t learned = play.spikes().size();
    play.Until(26 * kDay, rate_in_burst(50));
    EXPECT_EQ(play.spikes().size(), learned + (regular ? 0 : 22));
    play.Until(27 * kDay, rate_in_burst(2000));
    EXPECT_EQ(play.spikes().size(), learned + (regular ? 1 : 23));
  }
}

TEST(StandaloneDetectorTest, SharesTheBudgetOfFalseAlarmsWithOthers) {
  StandaloneDetector alone({}, 1);
  StandaloneDetector one_of_many({}, 1e6);
  Random counts(15);
  for (int tick = 0; tick < kDay; ++tick) {
    const uint64_t count = counts.Poisson(5);
    alone.Observe(int64_t{kFirstTick} + tick, count);
    one_of_many.Observe(int64_t{kFirstTick} + tick, count);
  }
  // So few that all of them count.
  const double score = alone.Observe(int64_t{kFirstTick} + kDay, 14).score;
  EXPECT_GT(score, 0.2);
  EXPECT_LT(one_of_many.Observe(int64_t{kFirstTick} + kDay, 14).score, 0.6 * score);
}

}  // namespace
}  // namespace gmewatch
