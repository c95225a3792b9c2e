#include "daemon/triage/code_past.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "daemon/triage/html_elements.h"
#include "daemon/triage/numbers_text.h"
#include "daemon/triage/sparkline.h"

namespace gmewatch {
namespace {

// Rows of a table; more would only be scrolled past.
constexpr int kPartsShown = 8;
constexpr int kDetailsShown = 10;

absl::string_view TitleOf(absl::string_view dimension) {
  if (dimension == "app") return "App";
  if (dimension == "region") return "Region";
  if (dimension == "app_version") return "App version";
  if (dimension == "sdk_version") return "SDK version";
  return "Platform";
}

bool HasPast(const v1::Breakdown& breakdown) {
  return std::any_of(breakdown.parts().begin(), breakdown.parts().end(),
                     [](const v1::Part& part) { return part.share_before() > 0; });
}

std::string BreakdownText(const v1::Breakdown& breakdown) {
  const bool has_past = HasPast(breakdown);
  std::string out = absl::StrCat(
      "<table><caption>", TitleOf(breakdown.dimension()),
      "</caption><thead><tr><th scope=\"col\">Value</th><th scope=\"col\" class=\"n\">Events</th>"
      "<th scope=\"col\" class=\"n\">Now</th>",
      has_past ? "<th scope=\"col\" class=\"n\">Before</th>" : "", "</tr></thead>\n<tbody>\n");
  for (int i = 0; i < std::min(kPartsShown, breakdown.parts_size()); ++i) {
    const v1::Part& part = breakdown.parts(i);
    absl::StrAppend(&out, "<tr><th scope=\"row\">", HtmlValue(part.value()),
                    "</th><td class=\"n\">", part.sampled() ? "about " : "",
                    CountText(part.events()), "</td><td class=\"n\">", PercentText(part.share()));
    if (has_past) {
      absl::StrAppend(&out, "</td><td class=\"n\">", PercentText(part.share_before()));
    }
    absl::StrAppend(&out, "</td></tr>\n");
  }
  absl::StrAppend(&out, "</tbody></table>\n");
  if (breakdown.parts_size() > kPartsShown) {
    absl::StrAppend(&out, "<p class=\"soft\">", breakdown.parts_size() - kPartsShown,
                    " more, with smaller shifts</p>\n");
  }
  return out;
}

std::string CountedText(absl::string_view caption,
                        const google::protobuf::RepeatedPtrField<v1::Counted>& list) {
  if (list.empty()) return "";
  std::string out =
      absl::StrCat("<table><caption>", caption,
                   "</caption><thead><tr><th scope=\"col\">Value</th><th scope=\"col\" "
                   "class=\"n\">Details</th></tr></thead>\n<tbody>\n");
  for (int i = 0; i < std::min(kDetailsShown, list.size()); ++i) {
    absl::StrAppend(&out, "<tr><th scope=\"row\">", HtmlValue(list[i].value()),
                    "</th><td class=\"n\">", CountText(list[i].count()), "</td></tr>\n");
  }
  return out + "</tbody></table>\n";
}

std::string FigureText(const v1::History& history, const v1::CodeSummary& code,
                       absl::string_view span) {
  const std::string picture =
      Sparkline(history, code.expected_rate(), absl::StrCat("Events of ", code.code(), ", ", span));
  if (picture.empty()) return "";
  const double most = *std::max_element(history.events().begin(), history.events().end());
  return absl::StrCat("<figure>", picture, "<figcaption>", span, "; at most ", CountText(most),
                      code.expected_rate() > 0 ? "; dashed: expected now" : "",
                      "</figcaption></figure>\n");
}

}  // namespace

std::string HtmlWho(const v1::CodeResponse& code) {
  if (code.breakdowns().empty()) return "";
  const bool has_past = std::any_of(code.breakdowns().begin(), code.breakdowns().end(), HasPast);
  std::string out =
      absl::StrCat("<section><h2>Who is hit</h2>\n<p class=\"soft\">Shares of the last ten minutes",
                   has_past ? ", and of the day before; the largest shift first."
                            : "; the day before is not known.",
                   "</p>\n<div class=\"columns\">\n");
  for (const v1::Breakdown& breakdown : code.breakdowns()) {
    absl::StrAppend(&out, "<div>", BreakdownText(breakdown), "</div>\n");
  }
  return out + "</div></section>\n";
}

std::string HtmlHistory(const v1::CodeResponse& code) {
  if (code.summary().events_24h() == 0) return "";
  return absl::StrCat("<section><h2>History</h2>\n<div class=\"columns\">\n",
                      FigureText(code.hour(), code.summary(), "last hour, by the minute"),
                      FigureText(code.day(), code.summary(), "last day, by quarters of an hour"),
                      "</div></section>\n");
}

std::string HtmlDetails(const v1::CodeResponse& code) {
  const std::string tables = absl::StrCat(CountedText("Underlying codes", code.underlying_codes()),
                                          CountedText("Operations", code.operations()));
  if (tables.empty()) return "";
  return absl::StrCat(
      "<section><h2>What the clients' logs say</h2>\n<p class=\"soft\">From the details that "
      "clients sent with a few of their events in the last day.</p>\n<div class=\"columns\">\n",
      tables, "</div></section>\n");
}

}  // namespace gmewatch
