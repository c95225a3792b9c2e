#include "daemon/gmectl/spikes_report.h"

#include <cmath>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "daemon/gmectl/text_columns.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kNow = 1772712299;  // 2026-03-05 12:04:59
constexpr char kTimeoutFix[] =
    "Check whether the network is normal and whether the external network can be connected, and "
    "then try again.";

v1::Spike Spike(const std::string& code, const std::string& name, double observed) {
  v1::Spike spike;
  spike.set_kind(v1::Spike::SPIKE);
  spike.set_code(code);
  spike.set_name(name);
  spike.set_app("all");
  spike.set_region("eu");
  spike.set_active(true);
  spike.mutable_start()->set_seconds(kNow - 300);
  spike.set_expected_rate(0.31);
  spike.set_observed_rate(observed);
  return spike;
}

// An incident of two codes; the second is the likely cause.
v1::SpikesResponse Answer() {
  v1::SpikesResponse answer;
  answer.mutable_time()->set_seconds(kNow);
  v1::Incident& incident = *answer.add_incidents();
  incident.set_id("7");
  incident.set_active(true);
  incident.mutable_start()->set_seconds(kNow - 300);
  incident.set_app("all");
  incident.set_region("eu");
  incident.set_cause_code("1005");
  incident.set_cause_action("network");
  *incident.add_members() = Spike("10004", "AV_ERR_SERVER_TIMEOUT", 6.5);
  *incident.add_members() = Spike("1005", "AV_ERR_TIMEOUT", 12.3);
  incident.mutable_members(0)->set_solution("Analyze logs.");
  incident.mutable_members(1)->set_solution(kTimeoutFix);
  incident.mutable_members(1)->set_reason(
      "61% of the operations there end with it; traffic is as usual");
  incident.mutable_members(1)->set_runbook_url("http://127.0.0.1:9747/codes/1005");
  *answer.mutable_spikes() = incident.members();
  return answer;
}

void AddLoop(v1::SpikesResponse* answer) {
  v1::Spike loop = Spike("1001", "AV_ERR_REPEATED_OPERATION", 4);
  loop.set_kind(v1::Spike::RETRY_LOOP);
  loop.set_app("demo");
  *answer->add_spikes() = loop;
}

std::string Shown(const v1::SpikesResponse& answer, int limit = 10) {
  Screen screen(false);
  AddSpikes(answer, limit, &screen);
  return screen.text();
}

void CheckNoLineIsTooWide(const std::string& text) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(ColumnsOf(line), 80U) << line;
  }
}

TEST(SpikesReportTest, ShowsTheFixOfTheLikelyCauseBeforeTheCodes) {
  const std::string text = Shown(Answer());
  EXPECT_EQ(text,
            "12:04 UTC: 2 spikes in 1 incident\n"
            "\n"
            "eu, all apps: since 11:59 UTC, for 5 min; incident 7\n"
            "  Likely cause: 1005 AV_ERR_TIMEOUT (network)\n"
            "  Fix: Check whether the network is normal and whether the external network can\n"
            "       be connected, and then try again.\n"
            "  Why: 12/s, 19/min expected at this hour; 61% of the operations there end with\n"
            "       it; traffic is as usual\n"
            "\n"
            "   CODE  NAME                    RATE  EXPECTED  TIMES  SINCE  APP/REGION\n"
            "   1005  AV_ERR_TIMEOUT          12/s    19/min     40  11:59  all/eu\n"
            "  10004  AV_ERR_SERVER_TIMEOUT  6.5/s    19/min     21  11:59  all/eu\n"
            "\n"
            "  More: gmectl explain --live 1005 http://127.0.0.1:9747/codes/1005\n");
  CheckNoLineIsTooWide(text);
}

TEST(SpikesReportTest, ACodeInSeveralPlacesHasOneLine) {
  v1::SpikesResponse answer = Answer();
  v1::Incident& incident = *answer.mutable_incidents(0);
  incident.set_region("all");
  v1::Spike& asia = *incident.add_members() = incident.members(1);
  asia.set_region("asia");
  asia.set_observed_rate(30);
  asia.mutable_start()->set_seconds(kNow - 200);
  v1::Spike& us = *incident.add_members() = asia;
  us.set_region("us");
  us.set_active(false);
  EXPECT_THAT(
      Shown(answer),
      HasSubstr("   CODE  NAME                    RATE  EXPECTED  TIMES  SINCE  APP/REGION\n"
                "   1005  AV_ERR_TIMEOUT          42/s     0.6/s     68  11:59  all/asia +2\n"
                "  10004  AV_ERR_SERVER_TIMEOUT  6.5/s    19/min     21  11:59  all/eu\n"
                "\n"));
}

TEST(SpikesReportTest, ACrowdAndALaunchAreALineEach) {
  v1::SpikesResponse answer;
  answer.mutable_time()->set_seconds(kNow);
  v1::TrafficLine& crowd = *answer.add_traffic();
  crowd.set_kind(v1::TrafficLine::CROWD);
  crowd.set_app("all");
  crowd.set_region("eu");
  crowd.set_active(true);
  crowd.mutable_start()->set_seconds(kNow - 300);
  crowd.set_usual_rate(50);
  crowd.set_observed_rate(101);
  v1::TrafficLine& launch = *answer.add_traffic() = crowd;
  launch.set_kind(v1::TrafficLine::LAUNCH);
  launch.set_region("sa");
  const std::string text = Shown(answer);
  EXPECT_THAT(text, HasSubstr("calm, no spike"));
  EXPECT_THAT(text, HasSubstr("Crowd: eu, all apps has 2 times the usual operations, since 11:59 "
                              "UTC, for 5 min\n"));
  EXPECT_THAT(text, HasSubstr("New: sa, all apps reports for the first time, since 11:59 UTC"));
  EXPECT_FALSE(HasTrouble(answer));
}

TEST(SpikesReportTest, SaysThatReportsHaveStopped) {
  v1::SpikesResponse answer;
  answer.mutable_time()->set_seconds(kNow);
  v1::Silence& silence = *answer.add_silences();
  silence.set_app("all");
  silence.set_region("eu");
  silence.set_active(true);
  silence.mutable_start()->set_seconds(kNow - 300);
  silence.set_usual_rate(2);
  silence.add_steps("Release: did a release start then?");
  const std::string text = Shown(answer);
  EXPECT_EQ(text,
            "12:04 UTC: no spike\n"
            "\n"
            "REPORTS STOPPED in eu, all apps: since 11:59 UTC, for 5 min; 0/s, usual 2/s\n"
            "  - Release: did a release start then?\n");
  CheckNoLineIsTooWide(text);
  EXPECT_TRUE(HasTrouble(answer));
  answer.mutable_silences(0)->set_active(false);
  EXPECT_FALSE(HasTrouble(answer));
  EXPECT_EQ(Shown(answer), "12:04 UTC: calm, no spike\n");
}

TEST(SpikesReportTest, SaysThatItIsCalm) {
  v1::SpikesResponse answer;
  answer.mutable_time()->set_seconds(kNow);
  EXPECT_FALSE(HasTrouble(answer));
  EXPECT_EQ(Shown(answer), "12:04 UTC: calm, no spike\n");
}

TEST(SpikesReportTest, ARetryLoopIsNotASpike) {
  v1::SpikesResponse answer;
  answer.mutable_time()->set_seconds(kNow);
  AddLoop(&answer);
  EXPECT_FALSE(HasTrouble(answer));
  EXPECT_THAT(Shown(answer), AllOf(HasSubstr("calm, no spike"), HasSubstr("Retry loops: "),
                                   HasSubstr("1001  AV_ERR_REPEATED_OPERATION")));
}

TEST(SpikesReportTest, AnEndedSpikeIsListedButNotActive) {
  v1::SpikesResponse answer = Answer();
  v1::Incident& incident = *answer.mutable_incidents(0);
  incident.set_active(false);
  incident.mutable_end()->set_seconds(kNow - 60);
  for (v1::Spike& spike : *answer.mutable_spikes()) spike.set_active(false);
  EXPECT_FALSE(HasTrouble(answer));
  EXPECT_THAT(Shown(answer),
              HasSubstr("Ended within the last hour:\n"
                        "  - 11:59 to 12:03 UTC, eu, all apps: 1005 AV_ERR_TIMEOUT\n"));
}

TEST(SpikesReportTest, OneOfSeveralSpikesIsEnough) {
  v1::SpikesResponse answer = Answer();
  answer.mutable_spikes(0)->set_active(false);
  EXPECT_TRUE(HasTrouble(answer));
}

TEST(SpikesReportTest, AnUndocumentedCodeHasNoFix) {
  v1::SpikesResponse answer = Answer();
  answer.mutable_incidents(0)->mutable_members(1)->clear_solution();
  EXPECT_THAT(Shown(answer), HasSubstr("Fix: This code is not documented"));
}

TEST(SpikesReportTest, SaysHowManyIncidentsAreNotShown) {
  v1::SpikesResponse answer = Answer();
  *answer.add_incidents() = answer.incidents(0);
  EXPECT_THAT(Shown(answer, 1), HasSubstr("and 1 more; see --limit"));
  EXPECT_THAT(Shown(answer, 2), Not(HasSubstr("--limit")));
}

// With texts of all kinds and lengths, also ones that no daemon sends.
TEST(SpikesReportTest, NoLineIsWiderThanTheScreenAndNoTextMovesTheCursor) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  const auto up_to = [&random](size_t most) {
    return std::uniform_int_distribution<size_t>(0, most)(random);
  };
  const auto text = [&](size_t most) {
    static constexpr absl::string_view kBits[] = {"a",    "W",        "\xE8\xAF\xAD", "\x1b[31m",
                                                  "\xFF", "\xC3\xA4", "\xE2\x80\xAE"};
    std::string made;
    for (size_t i = up_to(most); i > 0; --i) absl::StrAppend(&made, kBits[up_to(6)]);
    return made;
  };
  for (int round = 0; round < 200; ++round) {
    v1::SpikesResponse answer = Answer();
    AddLoop(&answer);
    v1::Incident& incident = *answer.mutable_incidents(0);
    incident.set_app(text(20));
    incident.set_region(text(20));
    for (v1::Spike& member : *incident.mutable_members()) {
      member.set_name(text(60));
      member.set_app(text(30));
      member.set_region(text(30));
      member.set_observed_rate(std::pow(10, static_cast<double>(up_to(15))));
      member.mutable_start()->set_seconds(kNow - static_cast<int64_t>(up_to(1'000'000)));
    }
    incident.mutable_members(1)->set_name(text(10));
    const std::string shown = Shown(answer);
    CheckNoLineIsTooWide(shown);
    EXPECT_THAT(shown, Not(HasSubstr("\x1b")));
    const std::string flat = absl::StrReplaceAll(shown, {{"\n", " "}});
    EXPECT_EQ(flat, Printable(flat));
  }
}

}  // namespace
}  // namespace gmewatch
