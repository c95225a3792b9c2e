#include "daemon/gmectl/triage_text.h"

#include "gtest/gtest.h"

namespace gmewatch {
namespace {

TEST(TriageTextTest, TimesOfAnotherDayHaveItsDate) {
  const absl::Time now =
      absl::FromCivil(absl::CivilSecond(2026, 3, 5, 12, 4, 59), absl::UTCTimeZone());
  EXPECT_EQ(ClockText(now, now), "12:04");
  EXPECT_EQ(ClockText(now - absl::Hours(13), now), "04 Mar 23:04");
}

TEST(TriageTextTest, PlacesAreWrittenInWords) {
  EXPECT_EQ(PlaceText("all", "all"), "all apps, all regions");
  EXPECT_EQ(PlaceText("all", "eu"), "eu, all apps");
  EXPECT_EQ(PlaceText("demo", "all"), "all regions, app demo");
  EXPECT_EQ(PlaceText("demo", "eu"), "eu, app demo");
}

TEST(TriageTextTest, TrustIsEmptyWithoutWarnings) {
  Screen screen(false);
  AddTrust({}, &screen);
  EXPECT_EQ(screen.text(), "");
  v1::Trust trust;
  trust.add_warnings("clients lose events");
  AddTrust(trust, &screen);
  EXPECT_EQ(screen.text(), "\nHow far these numbers can be trusted:\n  - clients lose events\n");
}

}  // namespace
}  // namespace gmewatch
