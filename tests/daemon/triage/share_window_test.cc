#include "daemon/triage/share_window.h"

#include <gtest/gtest.h>

#include <array>

namespace gmewatch {
namespace {

constexpr int64_t kStart = 28'000'020;  // 20 minutes into an hour

TEST(ShareWindowTest, SeparatesTenMinutesFromTheDayBeforeThem) {
  ShareWindow window;
  window.Add(5, kStart);
  window.Add(2, kStart + 9);
  EXPECT_EQ(window.Now(kStart + 9), 7U);
  EXPECT_EQ(window.Before(kStart + 9), 0U);
  EXPECT_EQ(window.Now(kStart + 10), 2U);
  EXPECT_EQ(window.Before(kStart + 10), 5U);
  EXPECT_EQ(window.Now(kStart + 19), 0U);
  EXPECT_EQ(window.Before(kStart + 19), 7U);
}

TEST(ShareWindowTest, DropsEventsOlderThanADay) {
  ShareWindow window;
  window.Add(5, kStart);
  EXPECT_EQ(window.Before(kStart + int64_t{23} * 60), 5U);
  EXPECT_EQ(window.Before(kStart + int64_t{24} * 60), 0U);
  window.Add(1, kStart + int64_t{100} * 60);
  EXPECT_EQ(window.Now(kStart + int64_t{100} * 60), 1U);
  EXPECT_EQ(window.Before(kStart + int64_t{100} * 60), 0U);
}

TEST(ShareWindowTest, KeepsEveryEventOfADayOnce) {
  ShareWindow window;
  for (int64_t minute = 0; minute < int64_t{20} * 60; ++minute) {
    window.Add(3, kStart + minute);
    ASSERT_EQ(window.Now(kStart + minute) + window.Before(kStart + minute),
              3 * static_cast<uint64_t>(minute + 1));
  }
}

// Whichever of the two is newer.
TEST(ShareWindowTest, AddsAnotherWindow) {
  for (const auto& [first, second] :
       {std::array{kStart, kStart + 75}, std::array{kStart + 75, kStart}}) {
    ShareWindow sum;
    sum.Add(5, first);
    ShareWindow other;
    other.Add(7, second);
    sum.Add(other);
    const int64_t now = kStart + 75;
    EXPECT_EQ(sum.Now(now), first == now ? 5U : 7U);
    EXPECT_EQ(sum.Now(now) + sum.Before(now), 12U);
    EXPECT_EQ(sum.Before(now + int64_t{22} * 60), first == now || second == now ? 12U : 0U);
  }
}

TEST(ShareWindowTest, AnEarlierMinuteCountsAsTheNewest) {
  ShareWindow window;
  window.Add(5, kStart);
  window.Add(2, kStart - 30);
  EXPECT_EQ(window.Now(kStart), 7U);
  EXPECT_EQ(window.Now(kStart + 9), 7U);
  EXPECT_EQ(window.Now(kStart + 10), 0U);
}

TEST(ShareWindowTest, BeginsAtAnyMinute) {
  for (const int64_t minute : {int64_t{0}, int64_t{1}, int64_t{9}, int64_t{59}, kStart}) {
    ShareWindow window;
    window.Add(3, minute);
    EXPECT_EQ(window.Now(minute), 3U) << minute;
    EXPECT_EQ(window.Before(minute), 0U) << minute;
    EXPECT_EQ(window.Before(minute + 10), 3U) << minute;
  }
}

TEST(ShareWindowTest, AddsOnlyTheLastDayOfAnOlderWindow) {
  ShareWindow old;
  old.Add(7, kStart);
  old.Add(1, kStart + 20);
  ShareWindow sum;
  const int64_t later = kStart + int64_t{30} * 60;
  sum.Add(5, later);
  sum.Add(2, later + 20);
  sum.Add(old);
  EXPECT_EQ(sum.Now(later + 20), 2U);
  EXPECT_EQ(sum.Before(later + 20), 5U);
}

TEST(ShareWindowTest, AddingAnEmptyWindowChangesNothing) {
  ShareWindow window;
  window.Add(3, kStart);
  window.Add(ShareWindow());
  EXPECT_EQ(window.Now(kStart), 3U);
  ShareWindow empty;
  empty.Add(window);
  EXPECT_EQ(empty.Now(kStart), 3U);
  EXPECT_EQ(empty.Before(kStart + 10), 3U);
}

}  // namespace
}  // namespace gmewatch
