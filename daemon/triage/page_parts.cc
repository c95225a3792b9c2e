#include "daemon/triage/page_parts.h"

#include "absl/strings/str_cat.h"
#include "daemon/base/escape_html.h"
#include "daemon/base/url_encode.h"
#include "daemon/model/limits.h"
#include "daemon/triage/html_elements.h"
#include "daemon/triage/numbers_text.h"
#include "daemon/triage/sparkline.h"
#include "daemon/triage/timestamp.h"

namespace gmewatch {
namespace {

// A shift is worth a sentence from this change of share on, if there are this many events now.
constexpr double kShiftMin = 0.2;
constexpr double kShiftMinEvents = 20;

std::string Since(absl::Time start, bool active, absl::Time end, absl::Time now) {
  if (active) {
    return absl::StrCat("since ", HtmlTime(start, now), ", for ", DurationText(now - start));
  }
  return absl::StrCat("from ", HtmlTime(start, now), " to ", HtmlTime(end, now), ", ",
                      DurationText(end - start));
}

absl::string_view WordOf(absl::string_view dimension) {
  if (dimension == "app_version") return "app version";
  if (dimension == "sdk_version") return "SDK version";
  return dimension;
}

std::string HtmlCodeRow(absl::string_view root, const v1::CodeSummary& code,
                        const Answers& answers) {
  const std::string tag = HtmlStateTag(code);
  const std::string hour =
      code.events_1h() == 0
          ? ""
          : Sparkline(answers.HourOf(code.code()), code.expected_rate(),
                      absl::StrCat("Events of ", code.code(), " by the minute in the last hour"));
  return absl::StrCat(
      "<tr><th scope=\"row\">", HtmlCodeLink(root, code.code(), ""), tag.empty() ? "" : " ", tag,
      "<span class=\"name\">", HtmlName(code.name()), "</span></th>\n<td class=\"wide\">", hour,
      "</td><td class=\"n\">", RateText(code.rate()), "</td><td class=\"n\">",
      RateText(code.expected_rate()), "</td><td class=\"n\">", CountText(code.events_1h()),
      "</td><td class=\"n wide\">", CountText(code.events_24h()), "</td></tr>\n");
}

// `named` is a Spike or a CodeSummary.
template <typename Named>
std::string FixOf(const Named& named) {
  if (named.solution().empty()) {
    return "<div class=\"fix\"><p>The document does not have this code.</p></div>\n";
  }
  const std::string head = named.overlay().empty() ? "What the document says to do:"
                                                   : absl::StrCat("What to do, by the overlay ",
                                                                  EscapeHtml(named.overlay()), ":");
  const std::string note =
      named.sdk_note().empty() ? "" : absl::StrCat("<p>", EscapeHtml(named.sdk_note()), "</p>");
  return absl::StrCat("<div class=\"fix\"><p>", head, "</p><p>", EscapeHtml(named.solution()),
                      "</p>", note, "</div>\n");
}

}  // namespace

std::string HtmlPlace(absl::string_view app, absl::string_view region) {
  if (app == kAllLabel && region == kAllLabel) return "all apps, all regions";
  const std::string where =
      region == kAllLabel ? "all regions" : absl::StrCat("region ", HtmlValue(region));
  return absl::StrCat(app == kAllLabel ? "all apps" : absl::StrCat("app ", HtmlValue(app)), ", ",
                      where);
}

std::string HtmlPlace(const v1::Silence& silence) {
  std::string place = HtmlPlace(silence.app(), silence.region());
  if (silence.platform().empty() && silence.app_version().empty()) return place;
  const auto named = [](absl::string_view what, const std::string& name) {
    return name == kAllLabel ? absl::StrCat("all ", what, "s")
                             : absl::StrCat(what, " ", HtmlValue(name));
  };
  return absl::StrCat(named("platform", silence.platform()), ", ",
                      named("app version", silence.app_version()));
}

std::string HtmlCodeLink(absl::string_view root, absl::string_view code, absl::string_view name) {
  return absl::StrCat("<a href=\"", root, "codes/", UrlEncode(code), "\">",
                      HtmlName(absl::StrCat(code, name.empty() ? "" : " ", name)), "</a>");
}

std::string HtmlRates(double observed, double expected) {
  return absl::StrCat("<span class=\"much\">", RateText(observed), "</span>, expected ",
                      RateText(expected), ": ", TimesText(observed, expected));
}

std::string HtmlSince(const v1::Spike& spike, absl::Time now) {
  return Since(TimeOf(spike.start()), spike.active(), TimeOf(spike.end()), now);
}

std::string HtmlSince(const v1::Incident& incident, absl::Time now) {
  return Since(TimeOf(incident.start()), incident.active(), TimeOf(incident.end()), now);
}

std::string HtmlSince(const v1::Silence& silence, absl::Time now) {
  return Since(TimeOf(silence.start()), silence.active(), TimeOf(silence.end()), now);
}

std::string HtmlSince(const v1::TrafficLine& line, absl::Time now) {
  return Since(TimeOf(line.start()), line.active(), TimeOf(line.end()), now);
}

std::string HtmlFix(const v1::Spike& spike) { return FixOf(spike); }
std::string HtmlFix(const v1::CodeSummary& code) { return FixOf(code); }

std::string HtmlStateTag(const v1::CodeSummary& code) {
  if (code.state() == v1::CodeSummary::SPIKING) return "<span class=\"tag bad\">spiking</span>";
  if (code.state() == v1::CodeSummary::RETRY_LOOP) {
    return "<span class=\"tag loop\">retry loop</span>";
  }
  return "";
}

std::string HtmlLargestShift(const v1::CodeResponse& code) {
  absl::string_view dimension;
  const v1::Part* largest = nullptr;
  const auto shift = [](const v1::Part& part) { return part.share() - part.share_before(); };
  for (const v1::Breakdown& breakdown : code.breakdowns()) {
    double before = 0;
    double events = 0;
    for (const v1::Part& part : breakdown.parts()) {
      before += part.share_before();
      events += part.events();
    }
    // There is no past to compare with, or too little happens now.
    if (before == 0 || events < kShiftMinEvents) continue;
    for (const v1::Part& part : breakdown.parts()) {
      if (largest != nullptr && shift(part) <= shift(*largest)) continue;
      largest = &part;
      dimension = breakdown.dimension();
    }
  }
  if (largest == nullptr || shift(*largest) < kShiftMin) return "";
  return absl::StrCat("Largest shift: ", WordOf(dimension), " ", HtmlValue(largest->value()),
                      " has <strong>", PercentText(largest->share()),
                      "</strong> of the events now, ", PercentText(largest->share_before()),
                      " in the day before.");
}

std::string HtmlTrust(const v1::Trust& trust, absl::Time now) {
  std::string out =
      "<section id=\"trust\"><h2>How far these numbers can be trusted</h2>\n<p>In the last ten "
      "minutes: ";
  absl::StrAppend(&out, CountText(trust.counted_events()), " errors counted, ",
                  CountText(trust.late_events()), " of them late; ",
                  CountText(trust.refused_events()), " rejected, ", CountText(trust.lost_events()),
                  " lost by clients. Running since ", HtmlTime(TimeOf(trust.running_since()), now),
                  ".</p>\n");
  if (trust.warnings().empty()) return out + "<p>No problem with them is known.</p></section>\n";
  absl::StrAppend(&out, "<ul>\n");
  for (const std::string& warning : trust.warnings()) {
    absl::StrAppend(&out, "<li>", EscapeHtml(warning), "</li>\n");
  }
  return out + "</ul></section>\n";
}

std::string HtmlTrustHint(const v1::Trust& trust) {
  const int count = trust.warnings_size();
  if (count == 0) return "";
  return absl::StrCat("<p>Read with care: <a href=\"#trust\">", count,
                      count == 1 ? " warning" : " warnings", "</a> about these numbers.</p>\n");
}

std::string HtmlCodes(absl::string_view root, absl::string_view caption,
                      const std::vector<v1::CodeSummary>& codes, const Answers& answers) {
  std::string out = absl::StrCat(
      "<table><caption>", EscapeHtml(caption),
      "</caption><thead><tr><th scope=\"col\">Code</th><th scope=\"col\" class=\"wide\">Last "
      "hour</th><th scope=\"col\" class=\"n\">1 min</th><th scope=\"col\" class=\"n\">Expected</th>"
      "<th scope=\"col\" class=\"n\">1 h</th><th scope=\"col\" class=\"n wide\">24 h</th></tr>"
      "</thead>\n<tbody>\n");
  for (const v1::CodeSummary& code : codes) absl::StrAppend(&out, HtmlCodeRow(root, code, answers));
  return out + "</tbody></table>\n";
}

}  // namespace gmewatch
