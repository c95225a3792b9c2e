#include "daemon/gmectl/live_report.h"

#include "absl/strings/str_split.h"
#include "daemon/gmectl/text_columns.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

constexpr int64_t kNow = 1772712299;  // 2026-03-05 12:04:59

v1::CodeResponse Answer() {
  v1::CodeResponse code;
  code.mutable_time()->set_seconds(kNow);
  v1::CodeSummary& summary = *code.mutable_summary();
  summary.set_rate(12.3);
  summary.set_expected_rate(0.31);
  summary.set_events_5m(3690);
  summary.set_events_1h(3700);
  summary.set_events_24h(12345);
  summary.set_sessions_total(81);
  summary.mutable_first_seen()->set_seconds(kNow - 7200);
  summary.mutable_last_seen()->set_seconds(kNow - 60);
  v1::Spike& spike = *code.add_spikes();
  spike.set_kind(v1::Spike::SPIKE);
  spike.set_active(true);
  spike.set_app("all");
  spike.set_region("eu");
  spike.mutable_start()->set_seconds(kNow - 300);
  spike.set_observed_rate(12.3);
  spike.set_expected_rate(0.31);
  v1::Breakdown& versions = *code.add_breakdowns();
  versions.set_dimension("app_version");
  for (const char* value : {"1.5.0-\xE8\xAF\xAD", "", "1.4.0", "1.3.0"}) {
    v1::Part& part = *versions.add_parts();
    part.set_value(value);
    part.set_share(0.7);
    part.set_share_before(0.004);
  }
  v1::Counted& underlying = *code.add_underlying_codes();
  underlying.set_value("-7");
  underlying.set_count(19);
  v1::Counted& operation = *code.add_operations();
  operation.set_value("EnterRoom");
  operation.set_count(4);
  v1::CodeSummary& rising = *code.add_rising_with();
  rising.set_code("10004");
  rising.set_name("AV_ERR_SERVER_TIMEOUT");
  rising.set_rate(6.5);
  rising.set_expected_rate(0.1);
  return code;
}

TEST(LiveReportTest, ShowsWhatTheCodeDoesNow) {
  Screen screen(false);
  AddLive(Answer(), &screen);
  EXPECT_EQ(screen.text(),
            "\n"
            "Now (12:04 UTC)\n"
            "  12/s, expected 19/min; 3,690 events in 5 minutes, 3,700 in an hour, 12,345 in\n"
            "  a day. 81 sessions have reported it.\n"
            "  First seen 10:04, last 12:03 UTC.\n"
            "  - Spike since 11:59 UTC: eu, all apps, 12/s, expected 19/min\n"
            "\n"
            "  DIMENSION    VALUE       SHARE NOW  DAY BEFORE\n"
            "  app_version  1.5.0-\xE8\xAF\xAD          70%        0.4%\n"
            "               (not said)        70%        0.4%\n"
            "               1.4.0             70%        0.4%\n"
            "\n"
            "  COUNT  UNDERLYING CODE\n"
            "     19  -7\n"
            "\n"
            "  COUNT  OPERATION\n"
            "      4  EnterRoom\n"
            "\n"
            "   CODE  RISES WITH IT           RATE  EXPECTED\n"
            "  10004  AV_ERR_SERVER_TIMEOUT  6.5/s     6/min\n");
}

TEST(LiveReportTest, NoLineIsWiderThanTheScreen) {
  v1::CodeResponse code = Answer();
  code.mutable_breakdowns(0)->mutable_parts(0)->set_value(std::string(64, 'v'));
  code.mutable_operations(0)->set_value(std::string(300, 'o'));
  code.mutable_rising_with(0)->set_name(std::string(300, 'n'));
  Screen screen(false);
  AddLive(code, &screen);
  for (const absl::string_view line : absl::StrSplit(screen.text(), '\n')) {
    EXPECT_LE(ColumnsOf(line), 80U) << line;
  }
}

TEST(LiveReportTest, ACalmCodeHasNoTables) {
  v1::CodeResponse code;
  code.mutable_time()->set_seconds(kNow);
  Screen screen(false);
  AddLive(code, &screen);
  EXPECT_EQ(screen.text(),
            "\n"
            "Now (12:04 UTC)\n"
            "  0/s, expected 0/s; 0 events in 5 minutes, 0 in an hour, 0 in a day. 0 sessions\n"
            "  have reported it.\n");
}

}  // namespace
}  // namespace gmewatch
