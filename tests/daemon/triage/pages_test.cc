// What the pages say, over a world that was counted.
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

using ::testing::HasSubstr;
using ::testing::Not;

std::string Unescaped(const std::string& html) {
  return absl::StrReplaceAll(
      html, {{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}});
}

class PagesTest : public ::testing::Test {
 protected:
  Answers Now() { return {world_.clock.Now(), world_.catalog, links_, spikes_, world_.memory, {}}; }

  CountedWorld world_;
  SpikeReport spikes_;
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

TEST_F(PagesTest, ACodeThatNobodyKnowsHasNoPageUntilItIsSeen) {
  EXPECT_FALSE(CodePage(Now(), "777").has_value());
  EXPECT_FALSE(CodePage(Now(), " 1005").has_value());
  world_.Count(CountedWorld::From("shooter", "eu"), {{777, 3}});
  world_.Pass(absl::Seconds(10));
  const std::optional<Page> page = CodePage(Now(), "777");
  ASSERT_TRUE(page.has_value());
  EXPECT_THAT(page->main, HasSubstr("The document does not have this code"));
}

TEST_F(PagesTest, SaysThatItIsCalmOrWhatIsWrongWithTheFix) {
  EXPECT_THAT(HomePage(Now()).main, HasSubstr("Calm: no incident now"));
  const SpikePlace where = {1005, false, {"all", "eu"}};
  const int64_t start = kWorldStart - 120;
  spikes_.spikes = {
      {.where = where, .active = true, .start_s = start, .expected_rate = 4, .observed_rate = 84}};
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
  EXPECT_THAT(text, HasSubstr("<span class=\"much\">84/s</span>, expected 4/s: 21 times"));
  EXPECT_THAT(Unescaped(text), HasSubstr(world_.catalog.Find(1005)->solution));
}

}  // namespace
}  // namespace gmewatch
