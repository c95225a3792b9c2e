// The texts of the pages, over a CountedWorld.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "daemon/triage/answers.h"
#include "daemon/triage/code_page.h"
#include "daemon/triage/home_page.h"
#include "daemon/triage/page.h"
#include "tests/daemon/triage/counted_world.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Unescaped(const std::string& html) {
  return absl::StrReplaceAll(
      html, {{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}});
}

class PagesTest : public ::testing::Test {
 protected:
  Answers Now() {
    return {world_.clock.Now(), world_.catalog, links_, spikes_, world_.memory, {}, silence_};
  }

  CountedWorld world_;
  SpikeReport spikes_;
  SilenceReport silence_;
  TriageLinks links_{"http://here", "", ""};
};

TEST_F(PagesTest, EveryDocumentedCodeHasItsRunbookToTheLetter) {
  const Answers answers = Now();
  ASSERT_EQ(world_.catalog.codes().size(), 73U);
  for (const CatalogCode& code : world_.catalog.codes()) {
    const std::optional<Page> page = CodePage(answers, absl::StrCat(code.value));
    ASSERT_TRUE(page.has_value()) << code.value;
    const std::string text = Unescaped(page->main);
    EXPECT_THAT(text, HasSubstr(absl::StrCat("<dd>", code.description, "</dd>"))) << code.value;
    if (!code.cause.empty()) {
      EXPECT_THAT(text, HasSubstr(absl::StrCat("<dd>", code.cause, "</dd>"))) << code.value;
    }
    EXPECT_THAT(text, HasSubstr(absl::StrCat("<dd>", code.solution, "</dd>"))) << code.value;
    for (const char* section : {"Meaning", "Impact", "Diagnosis", "Mitigation"}) {
      EXPECT_THAT(text, HasSubstr(absl::StrCat("<h2>", section, "</h2>"))) << code.value;
    }
  }
}

TEST_F(PagesTest, WhatClientsSendStaysText) {
  const std::string hostile = "<img src=x onerror=alert(1)>\"'&";
  world_.Count(CountedWorld::From("shooter", "eu", hostile), {{1005, 3}}, false,
               {{0, 1005, 42, hostile}});
  world_.Pass(absl::Seconds(10));
  const std::optional<Page> page = CodePage(Now(), "1005");
  ASSERT_TRUE(page.has_value());
  EXPECT_THAT(page->main, Not(HasSubstr("<img")));
  EXPECT_THAT(page->main,
              HasSubstr("<bdi>&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;</bdi>"));
  EXPECT_THAT(NoSuchCodePage(Now(), hostile).main, Not(HasSubstr("<img")));
}

TEST_F(PagesTest, AnUnknownCodeHasNoPageUntilItIsSeen) {
  EXPECT_FALSE(CodePage(Now(), "777").has_value());
  EXPECT_FALSE(CodePage(Now(), " 1005").has_value());
  world_.Count(CountedWorld::From("shooter", "eu"), {{777, 3}});
  world_.Pass(absl::Seconds(10));
  const std::optional<Page> page = CodePage(Now(), "777");
  ASSERT_TRUE(page.has_value());
  EXPECT_THAT(page->main, HasSubstr("The document does not have this code"));
}

TEST_F(PagesTest, AMissingPastIsMentionedOnce) {
  world_.Count(CountedWorld::From("shooter", "eu"), {{1005, 30}});
  world_.Pass(absl::Seconds(10));
  const std::string before = ">Before</th>";
  EXPECT_THAT(CodePage(Now(), "1005")->main,
              AllOf(HasSubstr("the day before is not known."), Not(HasSubstr(before)),
                    Not(HasSubstr("unknown</td>"))));
  world_.Pass(absl::Minutes(20));
  world_.Count(CountedWorld::From("shooter", "us"), {{1005, 10}});
  world_.Pass(absl::Seconds(10));
  EXPECT_THAT(CodePage(Now(), "1005")->main,
              AllOf(HasSubstr("and of the day before; the largest shift first."), HasSubstr(before),
                    HasSubstr("<th scope=\"row\"><bdi>us</bdi></th><td "
                              "class=\"n\">10</td><td class=\"n\">100%</td>"
                              "<td class=\"n\">0%</td></tr>")));
}

TEST_F(PagesTest, SaysThatItIsCalmOrWhatSpikesWithTheFix) {
  EXPECT_THAT(HomePage(Now()).main, HasSubstr("Calm: no incident now"));
  const SpikePlace where = {1005, false, {"all", "eu"}};
  const int64_t start = kWorldStart - 120;
  spikes_.spikes = {
      {.where = where, .active = true, .start_s = start, .expected_rate = 4, .observed_rate = 84}};
  spikes_.spikes[0].operations_share = 0.61;
  spikes_.spikes[0].traffic_ratio = 1;
  spikes_.spikes[0].sessions = 40;
  spikes_.spikes[0].new_sessions = 12;
  spikes_.spikes[0].addresses = 35;
  spikes_.incidents = {{.id = 1,
                        .active = true,
                        .start_s = start,
                        .place = where.place,
                        .members = {where},
                        .cause_code = 1005,
                        .cause_action = "network"}};
  const std::string text = HomePage(Now()).main;
  EXPECT_THAT(text, HasSubstr("1 incident now, 1 code spikes"));
  EXPECT_THAT(text, HasSubstr("all apps, region <bdi>eu</bdi>"));
  EXPECT_THAT(
      text, HasSubstr("<span class=\"much\">84/s</span>, expected 4/s: 21 times; "
                      "61% of the operations there end with it; traffic is as usual; 40 sessions, "
                      "12 new, 35 addresses"));
  EXPECT_THAT(Unescaped(text), HasSubstr(world_.catalog.Find(1005)->solution));
}

TEST_F(PagesTest, ACrowdAndALaunchAreALineEachAndNoIncident) {
  spikes_.traffic = {{.place = {"all", "eu"},
                      .active = true,
                      .start_s = kWorldStart - 1200,
                      .usual_rate = 50,
                      .observed_rate = 101},
                     {.kind = TrafficLine::Kind::kLaunch,
                      .place = {"all", "<sa>"},
                      .active = true,
                      .start_s = kWorldStart - 300}};
  const Page page = HomePage(Now());
  EXPECT_THAT(page.main, HasSubstr("Calm: no incident now"));
  EXPECT_EQ(page.state, PageState::kCalm);
  EXPECT_THAT(page.main, HasSubstr(": 2 times the operations that are usual at this hour</li>"));
  EXPECT_THAT(page.main, HasSubstr("region <bdi>&lt;sa&gt;</bdi>, since "));
  EXPECT_THAT(page.main, HasSubstr(", for 5 min: reports for the first time</li>"));
  EXPECT_EQ(Now().Spikes().traffic_size(), 2);
  EXPECT_EQ(Now().Spikes().traffic(1).kind(), v1::TrafficLine::LAUNCH);
}

TEST_F(PagesTest, SaysThatReportsHaveStoppedAndWhatToCheckFirst) {
  silence_.silences = {{.place = {"shooter", "<eu>"},
                        .active = true,
                        .start_s = kWorldStart - 300,
                        .usual_rate = 2}};
  const Page page = HomePage(Now());
  EXPECT_EQ(page.title, "Reports stopped - gmewatch");
  EXPECT_THAT(page.main, AllOf(HasSubstr("<h1>Reports have stopped</h1>"), Not(HasSubstr("Calm"))));
  EXPECT_THAT(page.main, HasSubstr("No reports: app <bdi>shooter</bdi>, region <bdi>&lt;eu&gt;"));
  EXPECT_THAT(page.main, HasSubstr("<span class=\"much\">0/s</span>, expected 2/s"));
  EXPECT_THAT(page.main, HasSubstr(", for 5 min"));
  ASSERT_FALSE(world_.catalog.general_steps().stopped.empty());
  for (const std::string& step : world_.catalog.general_steps().stopped) {
    EXPECT_THAT(Unescaped(page.main), HasSubstr("<li>" + step + "</li>"));
  }
  const v1::SpikesResponse spikes = Now().Spikes();
  ASSERT_EQ(spikes.silences_size(), 1);
  EXPECT_EQ(spikes.silences(0).start().seconds(), kWorldStart - 300);
  EXPECT_EQ(Now().Top(1).silences_size(), 1);
  silence_.silences[0].version = {"<ios>", "all"};
  EXPECT_THAT(HomePage(Now()).main,
              HasSubstr("No reports: platform <bdi>&lt;ios&gt;</bdi>, all app versions</h2>"));
  EXPECT_EQ(Now().Spikes().silences(0).platform(), "<ios>");
  silence_.silences[0].active = false;
  silence_.silences[0].end_s = kWorldStart - 60;
  EXPECT_THAT(HomePage(Now()).main,
              AllOf(HasSubstr("Calm"), HasSubstr(", 4 min: no reports</li>")));
}

// One code in one place, and five codes in six places each.
TEST_F(PagesTest, AnIncidentNamesACodeOnceWithItsPlaces) {
  const int64_t start = kWorldStart - 120;
  Incident incident = {.id = 7,
                       .active = true,
                       .start_s = start,
                       .place = {"all", "all"},
                       .members = {},
                       .cause_code = 1005,
                       .cause_action = "network"};
  const auto add = [&](int32_t code, const std::string& region, double rate) {
    incident.members.push_back({code, false, {"all", region}});
    spikes_.spikes.push_back({.where = incident.members.back(),
                              .active = true,
                              .start_s = start,
                              .expected_rate = 2,
                              .observed_rate = rate});
  };
  add(1101, "eu", 100);
  for (const int32_t code : {1005, 10001, 10004, 8195, 1001}) {
    for (const char* region : {"eu", "us", "asia", "sa", "africa", "oceania"})
      add(code, region, 20);
  }
  spikes_.spikes.back().active = false;
  spikes_.spikes.back().end_s = kWorldStart - 60;
  spikes_.incidents = {incident};
  const std::string text = HomePage(Now()).main;
  EXPECT_THAT(text, HasSubstr("1 incident now, 6 codes spike"));
  EXPECT_THAT(text, HasSubstr("AV_<wbr>ERR_<wbr>TIMEOUT</a> <span class=\"tag\">likely first "
                              "cause</span></h3>\n<p><span class=\"much\">120/s</span>, "
                              "expected 12/s: 10 times</p>\n<p class=\"soft\">all apps, region "
                              "<bdi>africa</bdi> 20/s; "));
  EXPECT_THAT(text, HasSubstr("; and 2 more places</p>"));
  EXPECT_THAT(text, HasSubstr("<summary>2 more codes</summary>"));
}

TEST_F(PagesTest, ACodeThatRisesAloneIsNotCalledTheFirstCause) {
  Incident& incident = spikes_.incidents.emplace_back();
  incident.active = true;
  incident.place = {"all", "all"};
  incident.cause_code = 1005;
  for (const char* region : {"eu", "us"}) {
    incident.members.push_back({1005, false, {"all", region}});
    spikes_.spikes.push_back({.where = incident.members.back(), .active = true});
  }
  EXPECT_THAT(HomePage(Now()).main, Not(HasSubstr("likely first cause")));
}

TEST_F(PagesTest, AnIncidentOfOverflowCodesNamesOther) {
  const SpikePlace where = {0, true, {"all", "eu"}};
  spikes_.spikes = {{.where = where, .active = true, .start_s = kWorldStart, .observed_rate = 9}};
  Incident& incident = spikes_.incidents.emplace_back();
  incident.active = true;
  incident.place = where.place;
  incident.members = {where};
  EXPECT_EQ(Now().Spikes().incidents(0).cause_code(), "other");
  EXPECT_THAT(HomePage(Now()).main, HasSubstr("<a href=\"./codes/other\">other</a>"));
}

}  // namespace
}  // namespace gmewatch
