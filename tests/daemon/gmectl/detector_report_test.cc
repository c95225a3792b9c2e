#include "daemon/gmectl/detector_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_split.h"
#include "daemon/gmectl/text_columns.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::DetectorResponse Answer() {
  v1::DetectorResponse answer;
  answer.mutable_time()->set_seconds(1772712299);  // 2026-03-05 12:04:59
  answer.set_code("1005");
  answer.set_tick_seconds(10);
  v1::DetectorSeries& all = *answer.add_series();
  all.set_app("all");
  all.set_region("all");
  all.set_phase("quiet");
  all.set_expected_rate(0.1);
  all.set_level(0.08);
  all.set_season(1.25);
  all.set_last_hours(1.0);
  all.set_traffic(1.0);
  all.set_dispersion(1.8);
  all.set_drift(0.0196);
  all.set_known_hours(240);
  all.set_score(0.12);
  all.set_required_score(1);
  all.set_needed_in_minute(54);
  v1::DetectorSeries& eu = *answer.add_series() = all;
  eu.set_region("eu");
  eu.set_phase("spike");
  eu.set_needed_in_minute(0);
  v1::PastRise& rise = *answer.add_rises();
  rise.set_app("all");
  rise.set_region("eu");
  rise.mutable_start()->set_seconds(1772700000);
  rise.mutable_end()->set_seconds(1772703600);
  rise.set_factor(8.2);
  rise.set_score(3.1);
  return answer;
}

std::string Shown(const Place& place) {
  Screen screen(false);
  AddDetector(Answer(), place, &screen);
  for (const absl::string_view line : absl::StrSplit(screen.text(), '\n')) {
    EXPECT_LE(ColumnsOf(line), 80U) << line;
  }
  return screen.text();
}

TEST(DetectorReportTest, ShowsHowTheExpectedRateComesAboutAndWhatItTakes) {
  const std::string text = Shown({"all", "all"});
  EXPECT_THAT(text, HasSubstr("all apps, all regions: quiet\n"));
  EXPECT_THAT(text, HasSubstr("Expected now: 6/min = level 4.8/min x season 1.2 x last hours 1 x "
                              "traffic 1\n"));
  EXPECT_THAT(text,
              HasSubstr("Dispersion: variance of a tick 1.8 times its mean; an hour is off by "
                        "14%;"));
  EXPECT_THAT(text, HasSubstr("Score: 0.12, an alarm needs 1\n"));
  EXPECT_THAT(text, HasSubstr("from 54 events on that come"));
  EXPECT_THAT(text, HasSubstr("no number of them"));
  EXPECT_THAT(text, HasSubstr("- 08:40 UTC to 09:40 UTC, eu, all apps: 8.2 times, score 3.1\n"));
}

TEST(DetectorReportTest, ShowsThePlaceThatWasAskedForAndAllOthersInALineEach) {
  const std::string text = Shown({"all", "eu"});
  EXPECT_THAT(text, HasSubstr("eu, all apps: spike\n"));
  EXPECT_THAT(text, HasSubstr("It is reported as a spike."));
  EXPECT_THAT(text, HasSubstr("all/all     quiet     6/min        1   0.12          54\n"));
  EXPECT_THAT(text, HasSubstr("all/eu      spike     6/min        1   0.12           -\n"));
  v1::DetectorResponse young = Answer();
  young.mutable_series(0)->set_phase("new");
  Screen screen(false);
  AddDetector(young, {"all", "all"}, &screen);
  EXPECT_THAT(screen.text(), HasSubstr("all regions: new\n  It has not been watched for long"));
  EXPECT_THAT(screen.text(), Not(HasSubstr("Expected now")));
  EXPECT_THAT(Shown({"demo", "eu"}), HasSubstr("eu, app demo: not one event has been counted"));
}

}  // namespace
}  // namespace gmewatch
