// StandaloneDetector with the successes of the operations that it counts the errors of.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "absl/strings/str_cat.h"
#include "tests/daemon/detect/series/standalone_run.h"

namespace gmewatch {
namespace {

// One of a hundred operations fails. At `kCrowd` twice as many players come for three hours.
constexpr int kCrowd = 2 * kDay;
constexpr int kCrowdEnd = kCrowd + 3 * kHour;

double ErrorsInCrowd(int tick) { return tick >= kCrowd && tick < kCrowdEnd ? 20 : 10; }

double SuccessesInCrowd(int tick) { return 100 * ErrorsInCrowd(tick); }

TEST(StandaloneSuccessesTest, ACrowdIsNoSpikeIfItsSuccessesAreKnown) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    Play alone(seed, Strict());
    alone.Until(kCrowdEnd + kHour, ErrorsInCrowd);
    EXPECT_NEAR(OnlySpike(alone, 0).since, kCrowd, 6);
    Play measured(seed, Strict());
    measured.SetSuccesses(SuccessesInCrowd);
    measured.Until(kCrowdEnd, ErrorsInCrowd);
    EXPECT_NEAR(measured.last().expected, 20, 2);
    measured.Until(kCrowdEnd + kHour, ErrorsInCrowd);
    EXPECT_NEAR(measured.last().expected, 10, 1);
    EXPECT_TRUE(measured.spikes().empty());
  }
}

TEST(StandaloneSuccessesTest, FindsAnOutageInsideACrowdAndItsStart) {
  constexpr int kOutage = kCrowd + kHour;
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    Play play(seed, Strict());
    play.SetSuccesses(SuccessesInCrowd);
    play.Until(kOutage, ErrorsInCrowd);
    play.Until(kOutage + 60, [](int tick) { return 8 * ErrorsInCrowd(tick); });
    play.Until(kCrowdEnd + kHour, ErrorsInCrowd);
    const SpikeSeen spike = OnlySpike(play, 0);
    EXPECT_NEAR(spike.since, kOutage, 2);
    EXPECT_LE(spike.found, kOutage + 6);
    EXPECT_NEAR(spike.end, kOutage + 60 + 48, 10);
  }
}

// Players by the hour: 0.2 at midnight, 1.8 at noon.
double Day(int tick) { return 1 - 0.8 * std::cos(2 * std::numbers::pi * tick / kDay); }

// The night has a tenth of the evening's players. After three weeks the clocks change, a week later
// more than half as many people again play on a holiday.
TEST(StandaloneSuccessesTest, AChangeOfClocksAndAHolidayAreNoSpikes) {
  constexpr int kChange = 21 * kDay;
  constexpr int kHoliday = 28 * kDay;
  for (const int shift : {kHour, -kHour}) {
    for (const double rate : {0.2, 2.0, 40.0}) {
      SCOPED_TRACE(absl::StrCat(shift, " ticks, ", rate, " errors a tick"));
      const auto errors = [shift, rate](int tick) {
        const bool is_holiday = tick >= kHoliday && tick < kHoliday + kDay;
        return rate * Day(tick < kChange ? tick : tick + shift) * (is_holiday ? 1.6 : 1);
      };
      Play play(20, Strict());
      play.SetSuccesses([&errors](int tick) { return 100 * errors(tick); });
      play.Until(kHoliday + 2 * kDay, errors);
      EXPECT_TRUE(play.spikes().empty());
      // It is not deaf meanwhile.
      play.Until(kHoliday + 2 * kDay + kHour, [&errors](int tick) { return 8 * errors(tick); });
      EXPECT_EQ(play.spikes().size(), 1U);
    }
  }
}

TEST(StandaloneSuccessesTest, SuccessesMayBeginInAnyHour) {
  const auto errors = [](int tick) { return 10 * Day(tick); };
  Play play(17, Strict());
  play.Until(3 * kDay, errors);
  const size_t before = play.spikes().size();
  play.SetSuccesses([](int tick) { return 1000 * Day(tick); });
  for (int hour = 1; hour <= 30; ++hour) {
    // The mean of the operations is learned at the end of an hour.
    for (const int end : {3 * kDay + hour * kHour, 3 * kDay + hour * kHour + 2}) {
      play.Until(end, errors);
      EXPECT_NEAR(play.last().expected / errors(end), 1, 0.3) << hour << " " << end;
    }
  }
  EXPECT_EQ(play.spikes().size(), before);
}

TEST(StandaloneSuccessesTest, ATickWithoutSuccessesHasAsManyOperationsAsBefore) {
  Play play(18, Strict());
  play.SetSuccesses([](int tick) { return tick < kCrowd ? 50 : 200; });
  play.Until(kCrowd, 0.3);
  play.Until(kCrowd + kHour, 1.2);
  play.SetSuccesses(nullptr);
  for (int tick = 1; tick < kHour; ++tick) {
    play.Until(kCrowd + kHour + tick, 1.2);
    ASSERT_NEAR(play.last().expected, 1.2, 0.3) << tick;
  }
  EXPECT_TRUE(play.spikes().empty());
}

TEST(StandaloneSuccessesTest, AfterAnHourWithoutSuccessesCountsAreWatchedAlone) {
  Play play(19, Strict());
  // As a share of the operations the errors have a season, alone they have none.
  play.SetSuccesses([](int tick) { return 1000 * Day(tick); });
  const int lost = 6 * kDay + 6 * kHour;
  play.Until(lost, 10);
  const size_t before = play.spikes().size();
  play.SetSuccesses(nullptr);
  for (int hour = 1; hour <= 24; ++hour) {
    play.Until(lost + hour * kHour + 1, 10);
    EXPECT_NEAR(play.last().expected, 10, 2) << hour;
  }
  EXPECT_EQ(play.spikes().size(), before);
  const int crowd = lost + kDay + kHour;
  play.Until(crowd, 10);
  play.Until(crowd + kHour, 20);
  EXPECT_NEAR(OnlySpike(play, crowd).since, crowd, 6);
}

}  // namespace
}  // namespace gmewatch
