#include "daemon/detect/arrival_rhythm.h"

#include <gtest/gtest.h>

#include <string>

namespace gmewatch {
namespace {

constexpr int64_t kNow = 100 * ArrivalRhythm::kWeek + 50;
constexpr int64_t kDay = ArrivalRhythm::kDay;

// A day of a steady rate that ends `days` days before kNow's hour.
void SetDay(ArrivalRhythm* rhythm, int64_t days, double rate) {
  for (int64_t quarter = -kDay / 2; quarter < kDay / 2; ++quarter) {
    rhythm->SetRate(kNow - days * kDay + quarter, rate);
  }
}

TEST(ArrivalRhythmTest, ReturnsTheLeastOfTheDaysThatAreKnown) {
  ArrivalRhythm rhythm;
  EXPECT_EQ(rhythm.LeastAround(kNow).days, 0);
  EXPECT_EQ(rhythm.LeastAround(kNow).rate, 0);
  SetDay(&rhythm, 2, 0.5);
  SetDay(&rhythm, 1, 20);
  const ArrivalRhythm::Least least = rhythm.LeastAround(kNow);
  EXPECT_EQ(least.days, 2);
  EXPECT_NEAR(least.rate, 0.5, 0.05);
}

TEST(ArrivalRhythmTest, KeepsRatesFromOneAnHourToMillionsASecond) {
  for (const double rate : {1.0 / 3600, 0.01, 1.0, 300.0, 1e5, 3e6}) {
    ArrivalRhythm rhythm;
    SetDay(&rhythm, 1, rate);
    EXPECT_LE(rhythm.LeastAround(kNow).rate, rate * 1.000001);
    EXPECT_GE(rhythm.LeastAround(kNow).rate, rate / 1.1 - 1.0 / 3600) << rate;
  }
}

TEST(ArrivalRhythmTest, LooksAnHourToEachSideAndNotFarther) {
  for (const int64_t near : {-4, 4}) {
    ArrivalRhythm rhythm;
    SetDay(&rhythm, 1, 10);
    rhythm.SetRate(kNow - kDay + near, 1);
    EXPECT_NEAR(rhythm.LeastAround(kNow).rate, 1, 0.1);
  }
  for (const int64_t far : {-5, 5}) {
    ArrivalRhythm rhythm;
    SetDay(&rhythm, 1, 10);
    rhythm.SetRate(kNow - kDay + far, 1);
    EXPECT_NEAR(rhythm.LeastAround(kNow).rate, 10, 1);
  }
}

TEST(ArrivalRhythmTest, LearnsAStopTheSecondTimeOnTheNextDayOrAWeekAfter) {
  for (const int64_t apart : {kDay, ArrivalRhythm::kWeek}) {
    ArrivalRhythm rhythm;
    SetDay(&rhythm, 1, 10);
    rhythm.SetSilent(kNow - kDay - apart, 0);
    rhythm.SetRate(kNow - kDay + 1, 10);
    EXPECT_NEAR(rhythm.LeastAround(kNow).rate, 10, 1) << "a stop is not usual at once";
    rhythm.SetSilent(kNow - kDay, 0);
    EXPECT_EQ(rhythm.LeastAround(kNow).rate, 0);
  }
}

TEST(ArrivalRhythmTest, WhatIsUnknownIsNotZero) {
  ArrivalRhythm rhythm;
  EXPECT_TRUE(rhythm.empty());
  SetDay(&rhythm, 1, 10);
  EXPECT_FALSE(rhythm.empty());
  rhythm.SetUnknown(kNow - kDay);
  EXPECT_NEAR(rhythm.LeastAround(kNow).rate, 10, 1);
}

TEST(ArrivalRhythmTest, IsLoadedFromItsBytesOnly) {
  ArrivalRhythm rhythm;
  SetDay(&rhythm, 1, 10);
  ArrivalRhythm loaded;
  EXPECT_FALSE(loaded.Load("short"));
  EXPECT_TRUE(loaded.empty());
  EXPECT_TRUE(loaded.Load(rhythm.bytes()));
  EXPECT_EQ(loaded.bytes(), rhythm.bytes());
}

}  // namespace
}  // namespace gmewatch
