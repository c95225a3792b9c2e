#include "daemon/triage/code_page.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/escape_html.h"
#include "daemon/catalog/runbook.h"
#include "daemon/catalog/shipped_overlays.h"
#include "daemon/model/limits.h"
#include "daemon/triage/code_past.h"
#include "daemon/triage/html_elements.h"
#include "daemon/triage/links.h"
#include "daemon/triage/numbers_text.h"
#include "daemon/triage/page_parts.h"
#include "daemon/triage/timestamp.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kRoot = "../";

std::string SpikeText(const v1::Spike& spike, absl::Time now) {
  const bool loop = spike.kind() == v1::Spike::RETRY_LOOP;
  const std::string rates =
      spike.active() ? absl::StrCat(HtmlRates(spike.observed_rate(), spike.expected_rate()), "; ",
                                    spike.reason(), spike.reason().empty() ? "" : "; ")
                     : "Over: ";
  return absl::StrCat("<p>", loop ? "Retry loop of very few clients: " : "", rates,
                      HtmlPlace(spike.app(), spike.region()), "; ", HtmlSince(spike, now),
                      "</p>\n");
}

std::string StateText(const v1::CodeResponse& code, absl::Time now) {
  const v1::CodeSummary& summary = code.summary();
  const bool spikes = summary.state() == v1::CodeSummary::SPIKING;
  const bool loops = summary.state() == v1::CodeSummary::RETRY_LOOP;
  std::string out = absl::StrCat("<div class=\"state", spikes ? " bad" : (loops ? " loop" : ""),
                                 "\">\n<p><strong>",
                                 spikes ? "Spiking" : (loops ? "Retry loop" : "Calm"), "</strong>");
  if (!spikes && !loops) {
    absl::StrAppend(&out, ": ", RateText(summary.rate()), " now, expected ",
                    RateText(summary.expected_rate()));
  }
  absl::StrAppend(&out, "</p>\n");
  for (const v1::Spike& spike : code.spikes()) absl::StrAppend(&out, SpikeText(spike, now));
  const std::string shift = HtmlLargestShift(code);
  if (!shift.empty()) absl::StrAppend(&out, "<p>", shift, "</p>\n");
  return absl::StrCat(out, HtmlTrustHint(code.trust()), "</div>\n");
}

std::string QueryText(const std::string& query, const TriageLinks& links) {
  const std::string url = PrometheusUrl(links, query);
  return absl::StrCat(
      "<pre tabindex=\"0\"><code>", EscapeHtml(query), "</code></pre>\n",
      url.empty() ? "" : absl::StrCat("<p>", HtmlLink(url, "Run it in Prometheus"), "</p>\n"));
}

std::string RelatedText(const Runbook& runbook, const Catalog& catalog) {
  if (runbook.related.empty()) return "";
  std::string out = "<p>Related codes, which report the same fault elsewhere:</p>\n<ul>\n";
  for (const int32_t value : runbook.related) {
    const CatalogCode* code = catalog.Find(value);
    absl::StrAppend(&out, "<li>",
                    HtmlCodeLink(kRoot, absl::StrCat(value), code == nullptr ? "" : code->name),
                    "</li>\n");
  }
  return out + "</ul>\n";
}

std::string RunbookText(const Runbook& runbook, const Answers& answers) {
  std::string out = "<section aria-label=\"Runbook\">\n<h2>Meaning</h2>\n<dl class=\"prose\">";
  const auto add = [&out](absl::string_view term, absl::string_view text) {
    if (text.empty()) return;
    absl::StrAppend(&out, "<dt>", term, "</dt><dd>", EscapeHtml(text), "</dd>\n");
  };
  add("Description", runbook.description);
  add("Cause", runbook.cause);
  absl::StrAppend(&out, "</dl>\n<h2>Impact</h2>\n<p>", EscapeHtml(runbook.impact),
                  "</p>\n<h2>Diagnosis</h2>\n<ol>\n");
  for (const std::string& step : runbook.steps) {
    absl::StrAppend(&out, "<li>", EscapeHtml(step), "</li>\n");
  }
  absl::StrAppend(&out, "</ol>\n", RelatedText(runbook, answers.catalog()),
                  "<h2>Mitigation</h2>\n<dl class=\"prose\">");
  add("Who must act", runbook.who);
  add("Solution", runbook.solution);
  absl::StrAppend(&out, "</dl>\n<h2>PromQL to copy</h2>\n");
  for (const std::string& query : runbook.queries) {
    absl::StrAppend(&out, QueryText(query, answers.links()));
  }
  return out + "</section>\n";
}

std::string UndocumentedText(absl::string_view label, int32_t code) {
  if (label == kOtherLabel) {
    return absl::StrCat("<p>gmewatchd counts up to ", kUnknownCodesMax,
                        " codes that the document does not have by their number; further ones are "
                        "counted here.</p>\n");
  }
  const std::string overlay = ShippedOverlayWith(code);
  if (!overlay.empty()) {
    return absl::StrCat("<p>The document does not have this code; the overlay ",
                        EscapeHtml(overlay),
                        ". Start gmewatchd with --catalog_overlay of that name to see its "
                        "meaning and fix here.</p>\n");
  }
  return "<p>The document does not have this code. Games define codes of their own: ask the game's "
         "developers, or add the code to an overlay (gmewatchd --catalog_overlay).</p>\n";
}

std::string FactsText(const v1::CodeSummary& summary, absl::Time now) {
  std::string out = "<dl>";
  const auto add = [&out](absl::string_view term, absl::string_view html) {
    if (html.empty()) return;
    absl::StrAppend(&out, "<dt>", term, "</dt><dd>", html, "</dd>\n");
  };
  const auto seen = [&](bool known, const google::protobuf::Timestamp& time) -> std::string {
    if (known) return HtmlTime(TimeOf(time), now);
    return summary.events_total() > 0 ? "before the history began" : "never";
  };
  add("Category",
      EscapeHtml(absl::StrCat(summary.category(), summary.subcategory().empty() ? "" : ", ",
                              summary.subcategory())));
  add("Severity", EscapeHtml(summary.severity()));
  add("Events",
      absl::StrCat(CountText(summary.events_5m()), " in 5 min, ", CountText(summary.events_1h()),
                   " in 1 h, ", CountText(summary.events_24h()), " in 24 h, ",
                   CountText(summary.events_total()), " in all"));
  add("Sessions", absl::StrCat(CountText(summary.sessions_total()), " in all"));
  add("First seen", seen(summary.has_first_seen(), summary.first_seen()));
  add("Last seen", seen(summary.has_last_seen(), summary.last_seen()));
  return out + "</dl>\n";
}

std::string RisingText(const v1::CodeResponse& code, const Answers& answers) {
  if (code.rising_with().empty()) return "";
  return absl::StrCat("<section><h2>Rising with it</h2>\n",
                      HtmlCodes(kRoot, "Codes of the same incident",
                                {code.rising_with().begin(), code.rising_with().end()}, answers),
                      "</section>\n");
}

std::string LinksText(const v1::CodeResponse& code) {
  if (code.links().empty()) return "";
  std::string out = "<p>";
  for (const v1::Link& link : code.links()) {
    absl::StrAppend(&out, &link == &code.links(0) ? "" : " \xc2\xb7 ",
                    HtmlLink(link.url(), link.title()));
  }
  return out + "</p>\n";
}

}  // namespace

std::optional<Page> CodePage(const Answers& answers, absl::string_view label) {
  const std::optional<v1::CodeResponse> code = answers.Code(label);
  if (!code.has_value()) return std::nullopt;
  const v1::CodeSummary& summary = code->summary();
  const absl::Time now = answers.time();
  const CatalogCode* documented = answers.Documented(label);
  int32_t number = 0;
  if (!absl::SimpleAtoi(label, &number)) number = kSuccessCode;
  const std::string title = absl::StrCat(label, summary.name().empty() ? "" : " ", summary.name());
  const std::string runbook =
      documented == nullptr ? UndocumentedText(label, number)
                            : RunbookText(RunbookFor(*documented, answers.catalog()), answers);
  const std::string fix = documented == nullptr ? "" : HtmlFix(summary);
  const bool spikes = summary.state() == v1::CodeSummary::SPIKING;
  return Page{.title = absl::StrCat(title, " - gmewatch"),
              .state = spikes ? PageState::kTroubled : PageState::kNeutral,
              .root = std::string(kRoot),
              .time = now,
              .main = absl::StrCat("<h1>", HtmlName(title), "</h1>\n", StateText(*code, now), fix,
                                   HtmlHistory(*code), FactsText(summary, now), LinksText(*code),
                                   RisingText(*code, answers), HtmlWho(*code), HtmlDetails(*code),
                                   runbook, HtmlTrust(code->trust(), now))};
}

Page NoSuchCodePage(const Answers& answers, absl::string_view label) {
  std::string root(kRoot);
  for (const char c : label) {
    if (c == '/') absl::StrAppend(&root, kRoot);
  }
  return {
      .title = "No such code - gmewatch",
      .state = PageState::kNeutral,
      .root = root,
      .time = answers.time(),
      .main = absl::StrCat(
          "<h1>No such code</h1>\n<p>", HtmlValue(label),
          " is neither a documented code nor one that was seen. Allowed: a whole number such as "
          "1005, or <code>other</code> if codes were counted as that; see ",
          HtmlLink(absl::StrCat(root, "codes/"), "all codes"), ".</p>\n")};
}

}  // namespace gmewatch
