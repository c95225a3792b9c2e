#include "daemon/base/escape_html.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(EscapeHtmlTest, EscapesWhatWouldEndTextOrAnAttribute) {
  EXPECT_EQ(EscapeHtml(""), "");
  EXPECT_EQ(EscapeHtml("a/b c-1.0_x:;=()"), "a/b c-1.0_x:;=()");
  EXPECT_EQ(EscapeHtml("<b class=\"x\" id='y'>&amp;"),
            "&lt;b class=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;");
  EXPECT_EQ(EscapeHtml("\u8BED\u97F3 \u05D2\u05E8\u05E1\u05D4"),
            "\u8BED\u97F3 \u05D2\u05E8\u05E1\u05D4");
}

TEST(EscapeHtmlTest, ReplacesControlCharactersButKeepsTheLines) {
  EXPECT_EQ(EscapeHtml(absl::string_view("a\0b", 3)), "a\uFFFDb");
  EXPECT_EQ(EscapeHtml("\x1b[2J\x7f\r"), "\uFFFD[2J\uFFFD\uFFFD");
  EXPECT_EQ(EscapeHtml("one\n\ttwo"), "one\n\ttwo");
}

}  // namespace
}  // namespace gmewatch
