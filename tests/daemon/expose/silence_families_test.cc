#include "daemon/expose/silence_families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <string>

#include "tests/daemon/expose/exposition.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Render(const SilenceReport& report) {
  std::string text = prometheus::TextSerializer().Serialize(SilenceFamilies(report));
  const absl::StatusOr<std::vector<ExposedFamily>> parsed = ParseExposition(text);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return text;
}

TEST(SilenceFamiliesTest, IsOneWhileAPlaceIsSilentAndZeroForAnHourAfter) {
  SilenceReport report;
  report.silences = {
      {.place = {"all", "eu"}, .active = true, .start_s = 7, .usual_rate = 1.5},
      {.place = {"shooter", "us"}, .start_s = 5, .end_s = 6, .usual_rate = 3},
      // An earlier one of the first place.
      {.place = {"all", "eu"}, .start_s = 1, .end_s = 2, .usual_rate = 4},
  };
  const std::string text = Render(report);
  EXPECT_THAT(text, HasSubstr("gme_reports_stopped{region=\"eu\",app=\"all\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("gme_reports_stopped{region=\"us\",app=\"shooter\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("gme_reports_stopped{region=\"eu\",app=\"all\"} 0\n")));
  EXPECT_THAT(text, HasSubstr("gme_reports_usual_rate{region=\"eu\",app=\"all\"} 1.5\n"));
  EXPECT_THAT(text, Not(HasSubstr("gme_reports_usual_rate{region=\"us\"")));
}

TEST(SilenceFamiliesTest, AStopOfAVersionHasItsLabels) {
  SilenceReport report;
  report.silences = {{.place = {"all", "all"},
                      .version = {"ios", "1.1"},
                      .active = true,
                      .start_s = 7,
                      .usual_rate = 1.5}};
  EXPECT_THAT(Render(report),
              HasSubstr("gme_reports_stopped{region=\"all\",app=\"all\",platform=\"ios\","
                        "app_version=\"1.1\"} 1\n"));
}

}  // namespace
}  // namespace gmewatch
