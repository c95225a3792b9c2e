#include "daemon/triage/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

std::string FileText(const std::string& name) {
  std::ifstream in(GMEWATCH_TRIAGE_DIR "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(PageTest, StyleAndScriptAreTheFilesByteForByte) {
  EXPECT_THAT(FileText("page.css"), HasSubstr("#stale"));
  EXPECT_EQ(std::string(PageStyle()), FileText("page.css"));
  EXPECT_EQ(std::string(PageScript()), FileText("page.js"));
}

TEST(PageTest, NoncesDifferAndAreSafeInQuotes) {
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) {
    const std::string nonce = NewNonce();
    EXPECT_EQ(nonce.size(), 22U);
    EXPECT_EQ(nonce.find_first_of("\"'<>;&, "), std::string::npos) << nonce;
    nonces.insert(nonce);
  }
  EXPECT_THAT(nonces, SizeIs(1000));
}

TEST(PageTest, OnlyItsOwnStyleAndScriptAreAllowed) {
  const std::string headers = PageHeaders("NONCE");
  EXPECT_THAT(headers, AllOf(HasSubstr("default-src 'none'"), HasSubstr("style-src 'nonce-NONCE'"),
                             HasSubstr("script-src 'nonce-NONCE'"), HasSubstr("base-uri 'none'"),
                             HasSubstr("form-action 'none'"), HasSubstr("frame-ancestors 'none'"),
                             Not(HasSubstr("unsafe")), EndsWith("\r\n")));
  for (const absl::string_view line : absl::StrSplit(headers, "\r\n")) {
    EXPECT_EQ(line.find_first_of("\r\n"), absl::string_view::npos);
  }
}

TEST(PageTest, IsOneAnswerThatLoadsNothingElse) {
  Page page;
  page.title = "<title>";
  page.state = PageState::kTroubled;
  page.root = "../";
  page.time = absl::FromUnixSeconds(0);
  page.main = "<h1>Main</h1>";
  const std::string html = RenderPage(page, "NONCE");
  EXPECT_THAT(html,
              AllOf(HasSubstr("<title>&lt;title&gt;</title>"), HasSubstr("<style nonce=\"NONCE\">"),
                    HasSubstr("<script nonce=\"NONCE\">"), HasSubstr("<html lang=\"en\">"),
                    HasSubstr("<main>\n<h1>Main</h1>"), HasSubstr("href=\"../codes/\""),
                    HasSubstr("As of 1970-01-01 00:00:00 UTC"), HasSubstr("fill='%23d22'")));
  for (const char* elsewhere : {"src=", "@import", "url(", "href=\"http", "href=\"//"}) {
    EXPECT_THAT(html, Not(HasSubstr(elsewhere)));
  }
}

}  // namespace
}  // namespace gmewatch
