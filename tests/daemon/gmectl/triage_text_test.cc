#include "daemon/gmectl/triage_text.h"

#include "gtest/gtest.h"

namespace gmewatch {
namespace {

TEST(TriageTextTest, TimesAreUtcAndNameTheDayWhereItIsAnother) {
  const absl::Time now = absl::FromCivil(absl::CivilSecond(2026, 3, 5, 12, 4, 59), absl::UTCTimeZone());
  EXPECT_EQ(TimeText(now, now), "12:04");
  EXPECT_EQ(TimeText(now - absl::Hours(13), now), "Mar  4 23:04");
}

TEST(TriageTextTest, DurationsAreAsExactAsPeopleNeed) {
  EXPECT_EQ(DurationText(absl::Seconds(-3)), "0 s");
  EXPECT_EQ(DurationText(absl::Seconds(59)), "59 s");
  EXPECT_EQ(DurationText(absl::Seconds(360)), "6 min");
  EXPECT_EQ(DurationText(absl::Minutes(190)), "3 h 10 min");
  EXPECT_EQ(DurationText(absl::Hours(98)), "4 d 2 h");
}

TEST(TriageTextTest, CountsHaveCommasAndEndSomewhere) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1000), "1,000");
  EXPECT_EQ(CountText(9999999), "9,999,999");
  EXPECT_EQ(CountText(12345678), "12M");
  EXPECT_EQ(CountText(9e15), "9,000,000,000M");
  EXPECT_EQ(CountText(-1), "0");
}

TEST(TriageTextTest, RatesAreByTheMinute) {
  EXPECT_EQ(PerMinuteText(0), "0");
  EXPECT_EQ(PerMinuteText(0.0001), "<0.01");
  EXPECT_EQ(PerMinuteText(0.31 / 60), "0.31");
  EXPECT_EQ(PerMinuteText(18.2 / 60), "18.2");
  EXPECT_EQ(PerMinuteText(1234.0 / 60), "1,234");
}

TEST(TriageTextTest, TimesSayNothingWhereNothingWasExpected) {
  EXPECT_EQ(TimesText(4, 0), "");
  EXPECT_EQ(TimesText(4, 2.5), "x1.6");
  EXPECT_EQ(TimesText(410, 10), "x41");
}

TEST(TriageTextTest, PlacesAreSaidInWords) {
  EXPECT_EQ(PlaceText("all", "all"), "all apps, all regions");
  EXPECT_EQ(PlaceText("all", "eu"), "eu, all apps");
  EXPECT_EQ(PlaceText("demo", "all"), "all regions, app demo");
  EXPECT_EQ(PlaceText("demo", "eu"), "eu, app demo");
}

TEST(TriageTextTest, TrustIsSilentWhereNothingIsWrong) {
  Screen screen(false);
  AddTrust({}, &screen);
  EXPECT_EQ(screen.text(), "");
  v1::Trust trust;
  trust.add_warnings("clients lose events");
  AddTrust(trust, &screen);
  EXPECT_EQ(screen.text(),
            "\nHow far these numbers can be trusted:\n  - clients lose events\n");
}

}  // namespace
}  // namespace gmewatch
