#include "daemon/triage/numbers_text.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(NumbersTextTest, CountsHaveCommasThenUnits) {
  EXPECT_EQ(CountText(-1), "0");
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1000), "1,000");
  EXPECT_EQ(CountText(9'999'999), "9,999,999");
  EXPECT_EQ(CountText(1e7), "10.0M");
  EXPECT_EQ(CountText(999.9e6), "999.9M");
  EXPECT_EQ(CountText(999.96e6), "1.0G");
  EXPECT_EQ(CountText(1234e9), "1234.0G");
}

TEST(NumbersTextTest, RatesHaveTheUnitInWhichPeopleCount) {
  EXPECT_EQ(RateText(-1), "0/s");
  EXPECT_EQ(RateText(0), "0/s");
  EXPECT_EQ(RateText(84.4), "84/s");
  EXPECT_EQ(RateText(9.96), "10/s");
  EXPECT_EQ(RateText(9.94), "9.9/s");
  EXPECT_EQ(RateText(4), "4/s");
  EXPECT_EQ(RateText(0.5), "0.5/s");
  EXPECT_EQ(RateText(0.2), "12/min");
  EXPECT_EQ(RateText(0.5 / 60), "0.5/min");
  EXPECT_EQ(RateText(20.0 / 3600), "20/h");
  EXPECT_EQ(RateText(0.05 / 3600), "0.1/h");
  EXPECT_EQ(RateText(0.01 / 3600), "almost 0/h");
}

TEST(NumbersTextTest, TimesOfNothingAreNew) {
  EXPECT_EQ(TimesText(84, 4), "21 times");
  EXPECT_EQ(TimesText(7, 5), "1.4 times");
  EXPECT_EQ(TimesText(84, 0), "new");
  EXPECT_EQ(TimesText(84, 1e-9), "new");
}

TEST(NumbersTextTest, DurationsHaveTheUnitsThatMatter) {
  EXPECT_EQ(DurationText(absl::Seconds(-5)), "0 s");
  EXPECT_EQ(DurationText(absl::Seconds(119)), "119 s");
  EXPECT_EQ(DurationText(absl::Seconds(120)), "2 min");
  EXPECT_EQ(DurationText(absl::Minutes(119)), "119 min");
  EXPECT_EQ(DurationText(absl::Minutes(185)), "3 h 5 min");
  EXPECT_EQ(DurationText(absl::Hours(47)), "47 h 0 min");
  EXPECT_EQ(DurationText(absl::Hours(48)), "2 days");
}

TEST(NumbersTextTest, PercentShowsThatThereIsSomething) {
  EXPECT_EQ(PercentText(0), "0%");
  EXPECT_EQ(PercentText(0.0004), "<0.1%");
  EXPECT_EQ(PercentText(0.003), "0.3%");
  EXPECT_EQ(PercentText(0.41), "41%");
  EXPECT_EQ(PercentText(1), "100%");
}

TEST(NumbersTextTest, TimesOfAnotherDayHaveTheDate) {
  const absl::Time now = absl::FromCivil(absl::CivilSecond(2026, 3, 5, 3, 41), absl::UTCTimeZone());
  EXPECT_EQ(TimeText(now, now), "03:41 UTC");
  EXPECT_EQ(TimeText(now - absl::Hours(4), now), "04 Mar 23:41 UTC");
}

}  // namespace
}  // namespace gmewatch
