#include "daemon/gmectl/top_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/gmectl/text_columns.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

v1::CodeSummary Code(const std::string& code, const std::string& name,
                     v1::CodeSummary::State state) {
  v1::CodeSummary summary;
  summary.set_code(code);
  summary.set_name(name);
  summary.set_state(state);
  summary.set_rate(12.3);
  summary.set_expected_rate(0.31);
  summary.set_events_1h(3700);
  summary.set_events_24h(12345678);
  return summary;
}

v1::TopResponse Answer() {
  v1::TopResponse top;
  top.mutable_time()->set_seconds(1772712299);  // 2026-03-05 12:04:59
  *top.add_codes() = Code("1005", "AV_ERR_TIMEOUT", v1::CodeSummary::SPIKING);
  *top.add_codes() = Code("10006", "AV_ERR_SERVER_ID_NOT_IN_ROOM", v1::CodeSummary::RETRY_LOOP);
  *top.add_codes() = Code("777", "", v1::CodeSummary::CALM);
  return top;
}

std::string Shown(const v1::TopResponse& top, int limit = 20, bool has_color = false) {
  Screen screen(has_color);
  AddTop(top, limit, &screen);
  return screen.text();
}

TEST(TopReportTest, IsATable) {
  EXPECT_EQ(Shown(Answer()),
            "12:04 UTC: codes seen: 3, spiking: 1, in a retry loop: 1\n"
            "\n"
            " CODE  NAME                          STATE  RATE  EXPECTED    1 H   24 H\n"
            " 1005  AV_ERR_TIMEOUT                SPIKE  12/s    19/min  3,700  12.3M\n"
            "10006  AV_ERR_SERVER_ID_NOT_IN_ROOM  loop   12/s    19/min  3,700  12.3M\n"
            "  777  (not documented)              calm   12/s    19/min  3,700  12.3M\n");
}

TEST(TopReportTest, NoLineIsWiderThanTheScreenWhateverItIsGiven) {
  v1::TopResponse top = Answer();
  v1::CodeSummary* wide = top.add_codes();
  *wide = Code("-2147483648", std::string(200, 'N'), v1::CodeSummary::SPIKING);
  wide->set_rate(1e12);
  wide->set_expected_rate(1e-9);
  wide->set_events_1h(9e15);
  wide->set_events_24h(9e15);
  *top.add_codes() = Code("other", "\xE8\xAF\xAD\xE9\x9F\xB3\x1b[2J", v1::CodeSummary::CALM);
  top.mutable_trust()->add_warnings(std::string(50, 'w') + " " + std::string(50, 'w'));
  const std::string text = Shown(top);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(ColumnsOf(line), 80U) << line;
  }
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), HasSubstr("..NNN")));
}

TEST(TopReportTest, SaysHowManyMoreThereAre) {
  EXPECT_THAT(Shown(Answer(), 1),
              AllOf(HasSubstr("and 2 more; see --limit"), Not(HasSubstr("10006"))));
  EXPECT_THAT(Shown(Answer(), 3), Not(HasSubstr("more")));
}

TEST(TopReportTest, ColoursSpikesAndRetryLoops) {
  const std::string text = Shown(Answer(), 20, true);
  EXPECT_THAT(text, AllOf(HasSubstr("\x1b[1;31mSPIKE\x1b[0m"), HasSubstr("\x1b[33mloop\x1b[0m")));
}

TEST(TopReportTest, WithoutCodesThereIsNoTable) {
  v1::TopResponse top;
  EXPECT_EQ(Shown(top), "00:00 UTC: codes seen: 0, spiking: 0\n");
}

}  // namespace
}  // namespace gmewatch
