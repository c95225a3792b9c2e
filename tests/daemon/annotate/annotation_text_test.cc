#include "daemon/annotate/annotation_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/model/limits.h"
#include "tests/daemon/annotate/spikes.h"
#include "tests/support/dashboard_links.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const AnnotationLinks kLinks = {"https://gme.example.com", "/grafana"};

CatalogCode Timeout() {
  CatalogCode code;
  code.value = 1005;
  code.name = "AV_ERR_TIMEOUT";
  code.solution = "Check the network.";
  return code;
}

AnnotatedSpike Annotated(const Spike& spike, int64_t until_s) {
  AnnotatedSpike out;
  out.spike = spike;
  out.until_s = until_s;
  out.peak_rate = 2;
  return out;
}

TEST(AnnotationTextTest, AnActiveSpikeHasItsRatesItsFixAndLinks) {
  const CatalogCode code = Timeout();
  const Annotation annotation =
      AnnotationFor(Annotated(ActiveSpike(1005), kStart + 90), &code, kLinks);
  EXPECT_EQ(annotation.time_ms, kStart * 1000);
  EXPECT_EQ(annotation.time_end_ms, (kStart + 90) * 1000);
  EXPECT_THAT(annotation.tags, ElementsAre("gme", "spike", "code:1005", "app:demo", "region:eu",
                                           "gmewatch:1005/demo/eu", "lasting"));
  EXPECT_EQ(annotation.text,
            "<b>1005 AV_ERR_TIMEOUT</b> in eu of demo<br/>"
            "42 a minute, 3.0 expected at this hour<br/>"
            "<b>Fix:</b> Check the network.<br/>"
            "<a href=\"https://gme.example.com/codes/1005\">runbook</a> "
            "<a href=\"/grafana/d/gme-code?from=1767223800000&amp;to=now&amp;var-code=1005&amp;"
            "var-app=demo&amp;var-region=eu\">dashboard</a>");
}

TEST(AnnotationTextTest, AnEndedSpikeHasItsPeakAndItsEnd) {
  const CatalogCode code = Timeout();
  const Annotation annotation = AnnotationFor(
      Annotated(EndedSpike(ActiveSpike(1005), kStart + 600), kStart + 600), &code, kLinks);
  EXPECT_EQ(annotation.time_end_ms, (kStart + 600) * 1000);
  EXPECT_THAT(annotation.tags, Not(testing::Contains("lasting")));
  EXPECT_THAT(annotation.text,
              HasSubstr("<br/>up to 120 a minute, 3.0 expected at this hour<br/>"));
  EXPECT_THAT(annotation.text, HasSubstr("&amp;to=1767228000000&amp;"));
}

TEST(AnnotationTextTest, SaysWhatTheCodeMeansInAnotherSdk) {
  CatalogCode code = Timeout();
  code.sdk_note = "From SDK 3.0 on, 1005 means B: Call <them>.";
  EXPECT_THAT(AnnotationFor(Annotated(ActiveSpike(1005), kStart + 90), &code, kLinks).text,
              HasSubstr("<b>Fix:</b> Check the network.<br/>From SDK 3.0 on, 1005 means B: Call "
                        "&lt;them&gt;.<br/><a href="));
}

TEST(AnnotationTextTest, SaysWhatWasRuledOut) {
  Spike spike = ActiveSpike(1005);
  spike.operations_share = 0.61;
  spike.traffic_ratio = 1.1;
  EXPECT_THAT(AnnotationFor(Annotated(spike, kStart + 90), nullptr, kLinks).text,
              HasSubstr("<br/>42 a minute, 3.0 expected at this hour<br/>61% of the operations "
                        "there end with it; traffic is as usual<br/>"));
}

TEST(AnnotationTextTest, RatesThatWereNotSeenAreLeftOut) {
  AnnotatedSpike annotated = Annotated(EndedSpike(ActiveSpike(1005), kStart + 600), kStart + 600);
  annotated.height_known = false;
  EXPECT_THAT(AnnotationFor(annotated, nullptr, kLinks).text,
              StartsWith("<b>1005</b> in eu of demo<br/><b>Fix:</b> this code is not documented"));
}

TEST(AnnotationTextTest, RollUpsAreNamedInWordsAndLinkToAllValues) {
  const auto text = [](const Place& place) {
    Spike spike = ActiveSpike(1005);
    spike.where.place = place;
    return AnnotationFor(Annotated(spike, kStart), nullptr, kLinks).text;
  };
  EXPECT_THAT(text({"all", "all"}), HasSubstr(" in all apps and regions<br/>"));
  EXPECT_THAT(text({"demo", "all"}), HasSubstr(" in all regions of demo<br/>"));
  EXPECT_THAT(text({"all", "eu"}), HasSubstr(" in eu of all apps<br/>"));
  EXPECT_THAT(text({"all", "eu"}), HasSubstr("var-app=%24__all&amp;var-region=eu"));
}

TEST(AnnotationTextTest, TheLinkSetsVariablesThatTheDashboardHas) {
  for (const Place& place : {Place{"demo", "eu"}, Place{"all", "all"}}) {
    Spike spike = ActiveSpike(1005);
    spike.where.place = place;
    const std::string text = AnnotationFor(Annotated(spike, kStart), nullptr, kLinks).text;
    EXPECT_THAT(FaultsOfDashboardLinks(text), testing::IsEmpty()) << text;
  }
}

TEST(AnnotationTextTest, OtherCodesHaveNoRunbook) {
  Spike spike = ActiveSpike(0);
  spike.where.other_code = true;
  const Annotation annotation = AnnotationFor(Annotated(spike, kStart), nullptr, kLinks);
  EXPECT_THAT(annotation.text, StartsWith("<b>other</b> in eu of demo<br/>"));
  EXPECT_THAT(annotation.text, Not(HasSubstr("runbook")));
  EXPECT_THAT(annotation.tags, testing::Contains("code:other"));
}

TEST(AnnotationTextTest, EscapesEveryName) {
  CatalogCode code = Timeout();
  code.name = "<script>alert(1)</script>";
  code.solution = "Check <network> & \"retry\" 'now'";
  Spike spike = ActiveSpike(1005);
  spike.where.place = {"<img src=x onerror=alert(1)>", "\"><b>"};
  const std::string text =
      AnnotationFor(Annotated(spike, kStart), &code, {"https://h/\"><i>", "/\"><u>"}).text;
  for (const char* hostile : {"<script", "<img", "\"><", "<network>", "<i>", "<u>"}) {
    EXPECT_THAT(text, Not(HasSubstr(hostile)));
  }
  EXPECT_THAT(text, HasSubstr("Check &lt;network&gt; &amp; &quot;retry&quot; &#39;now&#39;"));
  EXPECT_THAT(text, HasSubstr("var-app=%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E"));
}

// Grafana cuts a tag at its second colon; its database has 100 characters for each half.
TEST(AnnotationTextTest, TagsKeepGrafanasLimitsForTheLongestNames) {
  Spike spike = ActiveSpike(32775);
  spike.where.place = {std::string(kLabelBytesMax, 'a'), std::string(kLabelBytesMax, 'b')};
  const Annotation annotation = AnnotationFor(Annotated(spike, kStart), nullptr, kLinks);
  size_t json_bytes = 2;
  for (const std::string& tag : annotation.tags) {
    json_bytes += tag.size() + 3;
    const std::vector<std::string> halves = absl::StrSplit(tag, ':');
    EXPECT_LE(halves.size(), 2U) << tag;
    for (const std::string& half : halves) EXPECT_LE(half.size(), 100U) << tag;
  }
  EXPECT_LE(json_bytes, 500U);
}

TEST(AnnotationTextTest, PlacesWithLongNamesHaveTagsOfTheirOwn) {
  const auto tag = [](const std::string& app, const std::string& region) {
    return PlaceTag({1005, false, {app, region}});
  };
  const std::string a(kLabelBytesMax, 'a');
  const std::string b(kLabelBytesMax, 'b');
  EXPECT_NE(tag(a, b), tag(b, a));
  EXPECT_EQ(tag(a, b), tag(a, b));
  // Annotations of earlier versions have this tag.
  EXPECT_EQ(tag(a, b), "gmewatch:1005/73b2bf6cdfe346be");
}

}  // namespace
}  // namespace gmewatch
