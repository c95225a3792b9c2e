#include "daemon/detect/series/recurrence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace gmewatch {
namespace {

constexpr double kTickSeconds = 10;
constexpr uint32_t kMinute = 6;
constexpr uint32_t kHour = 60 * kMinute;
constexpr uint32_t kDay = 24 * kHour;
constexpr uint32_t kWeek = 7 * kDay;
constexpr uint32_t kStart = 1000 * kWeek;
constexpr uint32_t kSlot = 3;
constexpr uint32_t kRow = 5;

bool Here(uint32_t row) { return row == kRow; }

// A rise of half an hour.
PastRise At(uint32_t start, float factor = 4) {
  return {
      .slot = kSlot, .row = kRow, .start = start, .end = start + 30 * kMinute, .factor = factor};
}

Recurrence Of(const std::vector<PastRise>& rises) {
  Recurrence recurrence(kTickSeconds);
  for (const PastRise& rise : rises) recurrence.Add(rise);
  return recurrence;
}

TEST(RecurrenceTest, ADailyRiseIsExpectedOnTheThirdDay) {
  const Recurrence once = Of({At(kStart)});
  EXPECT_EQ(once.FactorAt(kSlot, kStart + kDay, Here), 1);
  const Recurrence twice = Of({At(kStart, 4), At(kStart + kDay, 6)});
  // By the lower factor of the two.
  EXPECT_EQ(twice.FactorAt(kSlot, kStart + 2 * kDay, Here), 4);
  // One that was missed in between does not matter.
  EXPECT_EQ(twice.FactorAt(kSlot, kStart + 3 * kDay, Here), 4);
  EXPECT_EQ(twice.FactorAt(kSlot, kStart + 4 * kDay, Here), 1);
  // The second highest of three counts.
  const Recurrence thrice = Of({At(kStart, 4), At(kStart + kDay, 9), At(kStart + 2 * kDay, 6)});
  EXPECT_EQ(thrice.FactorAt(kSlot, kStart + 3 * kDay, Here), 6);
}

TEST(RecurrenceTest, AWeeklyRiseIsExpectedInTheThirdWeek) {
  const Recurrence once = Of({At(kStart)});
  EXPECT_EQ(once.FactorAt(kSlot, kStart + kWeek, Here), 1);
  const Recurrence twice = Of({At(kStart), At(kStart + kWeek)});
  EXPECT_EQ(twice.FactorAt(kSlot, kStart + 2 * kWeek, Here), 4);
  EXPECT_EQ(twice.FactorAt(kSlot, kStart + 3 * kWeek, Here), 4);
  // On other days of the week nothing comes back.
  for (uint32_t day = 1; day < 7; ++day) {
    EXPECT_EQ(twice.FactorAt(kSlot, kStart + kWeek + day * kDay, Here), 1) << day;
  }
}

TEST(RecurrenceTest, ItMayComeHalfAnHourEarlierOrLater) {
  const Recurrence daily = Of({At(kStart), At(kStart + kDay)});
  const uint32_t then = kStart + 2 * kDay;
  const auto at = [&](uint32_t tick) { return daily.FactorAt(kSlot, tick, Here); };
  EXPECT_EQ(at(then - 30 * kMinute), 4);
  EXPECT_EQ(at(then - 30 * kMinute - 1), 1);
  EXPECT_EQ(at(then + 60 * kMinute), 4);  // half an hour after its end
  EXPECT_EQ(at(then + 60 * kMinute + 1), 1);
  EXPECT_EQ(at(then + 12 * kHour), 1);
}

TEST(RecurrenceTest, AnotherPlaceOrCodeIsNotExpected) {
  const Recurrence daily = Of({At(kStart), At(kStart + kDay)});
  const uint32_t then = kStart + 2 * kDay;
  EXPECT_EQ(daily.FactorAt(kSlot, then, [](uint32_t row) { return row == kRow + 1; }), 1);
  EXPECT_EQ(daily.FactorAt(kSlot + 1, then, Here), 1);
  const auto many = [](uint32_t slot) {
    std::vector<PastRise> rises;
    for (uint32_t i = 0; i < 20; ++i) rises.push_back(At(kStart + i * kHour));
    const Recurrence often = Of(rises);
    return often.RequiredScore(slot, kStart + kDay, Here);
  };
  EXPECT_GT(many(kSlot), 1);
  EXPECT_EQ(many(kSlot + 1), 1);
}

TEST(RecurrenceTest, ALongRiseIsNoPartOfARhythm) {
  PastRise longest = At(kStart);
  longest.end = longest.start + 12 * kHour;
  EXPECT_EQ(Of({longest}).rises().size(), 1U);
  ++longest.end;
  EXPECT_EQ(Of({longest}).rises().size(), 0U);
}

TEST(RecurrenceTest, RisesOfMoreThanThreeWeeksAgoAreForgotten) {
  Recurrence recurrence = Of({At(kStart)});
  recurrence.Add(At(kStart + 3 * kWeek + kDay));
  EXPECT_EQ(recurrence.rises().size(), 2U);
  recurrence.Add(At(kStart + 3 * kWeek + kDay + 1));
  EXPECT_EQ(recurrence.rises().size(), 2U);
  EXPECT_EQ(recurrence.rises().front().start, kStart + 3 * kWeek + kDay);
}

// `count` rises of this score end now.
double RequiredAfter(int count, float score, uint32_t later = 0) {
  Recurrence recurrence(kTickSeconds);
  for (int i = 0; i < count; ++i) {
    PastRise rise = At(kStart);
    rise.score = score;
    recurrence.Add(rise);
  }
  return recurrence.RequiredScore(kSlot, kStart + 30 * kMinute + later, Here);
}

TEST(RecurrenceTest, TheRequiredScoreGrowsFromOneToItsLimit) {
  // Three rises in weeks are no habit.
  for (const int count : {0, 1, 2, 3}) EXPECT_EQ(RequiredAfter(count, 10), 1) << count;
  double last = 1;
  for (const int count : {4, 6, 10, 20}) {
    const double required = RequiredAfter(count, 1.5F);
    EXPECT_GT(required, last) << count;
    EXPECT_LE(required, 3);
    last = required;
  }
  // It grows with the scores, too.
  EXPECT_LT(RequiredAfter(6, 1.5F), RequiredAfter(6, 2));
  // However often and far it rises, more than this is never required.
  EXPECT_EQ(RequiredAfter(1000, 100), 3);
  EXPECT_EQ(RequiredAfter(8, 1000), 3);
  // Scores below 1 do not lower it.
  EXPECT_EQ(RequiredAfter(10, 0), RequiredAfter(10, 1));
}

TEST(RecurrenceTest, PastRisesFade) {
  const double now = RequiredAfter(10, 1.5F);
  const double later = RequiredAfter(10, 1.5F, 2 * kWeek);
  EXPECT_LT(later, now);
  EXPECT_GT(later, 1);
  // After eight weeks ten rises count as two and a half.
  EXPECT_EQ(RequiredAfter(10, 1.5F, 8 * kWeek), 1);
}

// Else a code that always rises at its hour could not be reported at any other.
TEST(RecurrenceTest, WhatRecurredAtItsHourDoesNotRaiseTheRequiredScore) {
  Recurrence recurrence(kTickSeconds);
  for (int i = 0; i < 50; ++i) {
    PastRise rise = At(kStart);
    rise.recurred = true;
    recurrence.Add(rise);
  }
  EXPECT_EQ(recurrence.RequiredScore(kSlot, kStart + kHour, Here), 1);
}

TEST(RecurrenceTest, ItsMemoryIsBounded) {
  Recurrence recurrence(kTickSeconds);
  constexpr uint32_t kMany = 10'000;
  for (uint32_t i = 0; i < kMany + 500; ++i) recurrence.Add(At(kStart + i));
  ASSERT_EQ(recurrence.rises().size(), kMany);
  // The newest are kept.
  EXPECT_EQ(recurrence.rises().front().start, kStart + 500);
  EXPECT_EQ(recurrence.rises().back().start, kStart + kMany + 499);
  // So they are if more were loaded.
  std::vector<PastRise> rises = recurrence.rises();
  rises.insert(rises.end(), 10, At(kStart + kMany + 500));
  recurrence.Restore(rises);
  recurrence.Add(At(kStart + kMany + 501));
  EXPECT_EQ(recurrence.rises().size(), kMany);
  EXPECT_EQ(recurrence.rises().back().start, kStart + kMany + 501);
}

}  // namespace
}  // namespace gmewatch
