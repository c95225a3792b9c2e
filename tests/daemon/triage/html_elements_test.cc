#include "daemon/triage/html_elements.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(HtmlElementsTest, AValueIsIsolated) {
  EXPECT_EQ(HtmlValue("\u05D2\u05E8 <b>"), "<bdi>\u05D2\u05E8 &lt;b&gt;</bdi>");
  EXPECT_EQ(HtmlValue(""), "<i>not said</i>");
}

TEST(HtmlElementsTest, ANameBreaksBetweenItsWords) {
  EXPECT_EQ(HtmlName("AV_ERR_TIMEOUT"), "AV_<wbr>ERR_<wbr>TIMEOUT");
  EXPECT_EQ(HtmlName("<wbr>_\""), "&lt;wbr&gt;_<wbr>&quot;");
}

TEST(HtmlElementsTest, ALinkEscapesItsAddressAndItsText) {
  EXPECT_EQ(HtmlLink("./?a=\"&b='<", "<a>"),
            "<a href=\"./?a=&quot;&amp;b=&#39;&lt;\">&lt;a&gt;</a>");
}

TEST(HtmlElementsTest, ATimeHasTheExactMomentAsItsAttribute) {
  const absl::Time time =
      absl::FromCivil(absl::CivilSecond(2026, 3, 5, 3, 41, 7), absl::UTCTimeZone());
  EXPECT_EQ(HtmlTime(time, time), "<time datetime=\"2026-03-05T03:41:07Z\">03:41 UTC</time>");
}

}  // namespace
}  // namespace gmewatch
