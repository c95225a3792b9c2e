#include "daemon/triage/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace gmewatch {
namespace {

using ::testing::DoubleNear;

constexpr int64_t kMinute = 60;
// The first second of an hour.
constexpr int64_t kStart = 28'000'020 * kMinute;

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() {
    counters_.AddCode(1005, true);
    counters_.AddPlace({"shooter", "eu"}, true);
  }

  void Count(uint64_t events, uint64_t late = 0) {
    Cell* cell = counters_.mutable_place(0)->mutable_cell(1);
    cell->events.Add(events);
    cell->late.Add(late);
  }
  void Read(int64_t after_s) {
    sums_.Read();
    history_.Add(sums_, rejected_, kStart + after_s);
  }
  static int Missing(const StepCounts& counts) {
    return static_cast<int>(std::count(counts.missing.begin(), counts.missing.end(), true));
  }

  Counters counters_;
  CounterSums sums_{counters_};
  RejectedByReason rejected_{};
  History history_;
};

TEST_F(HistoryTest, CountingBeginsWithTheFirstRead) {
  Count(100);
  rejected_[0].events = 9;
  Read(0);
  Count(5);
  Read(10);
  const CodeNumbers numbers = history_.Numbers(1);
  EXPECT_EQ(numbers.events_total, 105U);
  EXPECT_EQ(numbers.events_1h, 5U);
  EXPECT_EQ(numbers.first_seen_s, 0) << "it was counted before";
  EXPECT_EQ(numbers.last_seen_s, kStart);
  EXPECT_EQ(history_.Recent().rejected[0], 0U);
  EXPECT_EQ(history_.Recent().counted, 5U);
}

TEST_F(HistoryTest, AReadRightAfterAMinutesEndCountsForThatMinute) {
  Read(0);
  Read(55);
  Count(5);
  Read(61);
  EXPECT_EQ(history_.Hour(1).events.back(), 5U);
  EXPECT_EQ(history_.Hour(1).start_s + 59 * kMinute, kStart);
  Read(67);
  EXPECT_EQ(history_.Hour(1).start_s + 59 * kMinute, kStart + kMinute);
  EXPECT_EQ(history_.Hour(1).events[58], 5U);
}

TEST_F(HistoryTest, AMinuteWithoutAReadIsNoGapAndMoreIsOne) {
  Read(0);
  Read(60);
  EXPECT_EQ(Missing(history_.Hour(1)), 59);
  Read(60 + 61);
  EXPECT_EQ(Missing(history_.Hour(1)), 58) << "nothing is known about the minute between";
}

TEST_F(HistoryTest, TheRateAfterAGapCoversTheTimeSinceTheGap) {
  Read(0);
  for (int64_t s = 10; s <= 300; s += 10) {
    Count(20);
    Read(s);
  }
  Read(3000);
  Count(20);
  Read(3010);
  EXPECT_THAT(history_.Numbers(1).rate, DoubleNear(2, 0.01));
}

TEST_F(HistoryTest, LateEventsAreSeenButNotCountedInSteps) {
  Read(0);
  Count(7, 7);
  Read(10);
  EXPECT_EQ(history_.Numbers(1).events_1h, 0U);
  EXPECT_EQ(history_.Numbers(1).first_seen_s, kStart);
  EXPECT_EQ(history_.Recent().late, 7U);
}

TEST_F(HistoryTest, AClockThatGoesBackALittleWaitsAndFarClearsTheSteps) {
  Read(0);
  Count(7);
  Read(601);
  Count(3);
  Read(1);
  EXPECT_EQ(history_.Numbers(1).events_1h, 10U);
  EXPECT_EQ(history_.last_s(), kStart + 601);
  Count(2);
  Read(0);
  EXPECT_EQ(history_.Numbers(1).events_1h, 2U);
  EXPECT_EQ(history_.Numbers(1).events_total, 12U);
  EXPECT_EQ(history_.last_s(), kStart);
}

TEST_F(HistoryTest, TheOldestStepsOfTheHourAndOfTheDayFallOut) {
  Read(0);
  Count(7);
  Read(10);
  for (int64_t s = 60; s < 3600; s += 60) Read(s);
  EXPECT_EQ(history_.Numbers(1).events_1h, 7U);
  // The read right after the end of the minute counts for that minute.
  Read(3660);
  Read(3661);
  EXPECT_EQ(history_.Numbers(1).events_1h, 0U);
  for (int64_t s = 3720; s < 86'400; s += 60) Read(s);
  EXPECT_EQ(history_.Numbers(1).events_24h, 7U);
  Read(86'460);
  Read(86'461);
  EXPECT_EQ(history_.Numbers(1).events_24h, 0U);
}

}  // namespace
}  // namespace gmewatch
