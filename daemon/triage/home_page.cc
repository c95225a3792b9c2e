#include "daemon/triage/home_page.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/base/escape_html.h"
#include "daemon/triage/code_groups.h"
#include "daemon/triage/html_elements.h"
#include "daemon/triage/numbers_text.h"
#include "daemon/triage/page_parts.h"
#include "daemon/triage/timestamp.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kRoot = "./";
constexpr size_t kTopCodes = 20;
// More codes of an incident are folded; more places of a code are only counted.
constexpr size_t kCodesShown = 4;
constexpr size_t kPlacesShown = 4;

std::string Counted(size_t count, absl::string_view one, absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

// The places of a code, each with its rate; empty for a code with one place.
std::string PlacesText(const CodeGroup& group) {
  if (group.places.size() == 1) return "";
  std::string out = "<p class=\"soft\">";
  for (size_t i = 0; i < std::min(kPlacesShown, group.places.size()); ++i) {
    const v1::Spike& place = *group.places[i];
    absl::StrAppend(&out, i == 0 ? "" : "; ", HtmlPlace(place.app(), place.region()), " ",
                    place.active() ? RateText(place.observed_rate()) : "over");
  }
  if (group.places.size() > kPlacesShown) {
    absl::StrAppend(&out, "; and ",
                    Counted(group.places.size() - kPlacesShown, "more place", "more places"));
  }
  return out + "</p>\n";
}

class HomeWriter {
 public:
  explicit HomeWriter(const Answers& answers)
      : answers_(answers), spikes_(answers.Spikes()), now_(TimeOf(spikes_.time())) {
    for (const v1::Incident& incident : spikes_.incidents()) {
      (incident.active() ? active_ : over_).push_back(&incident);
    }
    for (const v1::Spike& spike : spikes_.spikes()) {
      if (spike.active() && spike.kind() == v1::Spike::RETRY_LOOP) loops_.push_back(&spike);
    }
    for (const v1::Silence& silence : spikes_.silences()) {
      if (silence.active()) stopped_.push_back(&silence);
    }
  }

  bool troubled() const { return !active_.empty() || !stopped_.empty(); }
  std::string Title() const;
  std::string Main() const;

 private:
  std::string StateText() const;
  std::string StoppedText() const;
  std::string IncidentText(const v1::Incident& incident) const;
  std::string CodeText(const v1::Incident& incident, const CodeGroup& group,
                       const v1::Spike* same_fix) const;
  std::string OverText() const;
  std::string LoopsText() const;
  std::string TrafficText() const;
  std::string TopText() const;

  const Answers& answers_;
  const v1::SpikesResponse spikes_;
  const absl::Time now_;
  std::vector<const v1::Incident*> active_;
  std::vector<const v1::Incident*> over_;
  std::vector<const v1::Spike*> loops_;
  std::vector<const v1::Silence*> stopped_;
};

std::string HomeWriter::Title() const {
  if (!stopped_.empty()) return "Reports stopped - gmewatch";
  if (active_.empty()) return "Calm - gmewatch";
  return absl::StrCat(Counted(active_.size(), "incident", "incidents"), " - gmewatch");
}

std::string HomeWriter::StateText() const {
  absl::flat_hash_set<std::string> codes;
  for (const v1::Incident* incident : active_) {
    for (const v1::Spike& member : incident->members()) {
      if (member.active()) codes.insert(member.code());
    }
  }
  const std::string loops =
      loops_.empty() ? "" : absl::StrCat("; ", Counted(loops_.size(), "retry loop", "retry loops"));
  if (!stopped_.empty()) {
    const std::string spiking =
        active_.empty() ? "" : absl::StrCat("; ", Counted(active_.size(), "incident", "incidents"));
    return absl::StrCat("<div class=\"state bad\"><h1>Reports have stopped", spiking, loops,
                        "</h1>\n", HtmlTrustHint(spikes_.trust()), "</div>\n");
  }
  if (active_.empty()) {
    return absl::StrCat(
        "<div class=\"state good\"><h1>Calm: no incident now</h1>\n<p>No code occurs more often "
        "than its past explains",
        loops, ".</p>\n", HtmlTrustHint(spikes_.trust()), "</div>\n");
  }
  return absl::StrCat("<div class=\"state bad\"><h1>",
                      Counted(active_.size(), "incident", "incidents"), " now, ",
                      Counted(codes.size(), "code spikes", "codes spike"), loops, "</h1>\n",
                      HtmlTrustHint(spikes_.trust()), "</div>\n");
}

std::string HomeWriter::StoppedText() const {
  std::string out;
  for (const v1::Silence* silence : stopped_) {
    absl::StrAppend(&out, "<article class=\"card\"><h2>No reports: ", HtmlPlace(*silence),
                    "</h2>\n<p>", HtmlRates(silence->observed_rate(), silence->usual_rate()), "; ",
                    HtmlSince(*silence, now_),
                    ". Players may have no voice while nothing here says so.</p>\n<ol>\n");
    for (const std::string& step : silence->steps()) {
      absl::StrAppend(&out, "<li>", EscapeHtml(step), "</li>\n");
    }
    absl::StrAppend(&out, "</ol></article>\n");
  }
  return out;
}

std::string HomeWriter::CodeText(const v1::Incident& incident, const CodeGroup& group,
                                 const v1::Spike* same_fix) const {
  const v1::Spike& spike = group.whole;
  const bool is_alone = group.places.size() == static_cast<size_t>(incident.members_size());
  const bool is_cause = spike.active() && spike.code() == incident.cause_code() && !is_alone;
  std::string out =
      absl::StrCat("<h3>", HtmlCodeLink(kRoot, spike.code(), spike.name()),
                   is_cause ? " <span class=\"tag\">likely first cause</span>" : "",
                   spike.active() ? "" : " <span class=\"tag\">over</span>", "</h3>\n");
  // Leaves out what the incident's first lines say already.
  std::vector<std::string> facts;
  if (spike.active()) facts.push_back(HtmlRates(spike.observed_rate(), spike.expected_rate()));
  // That of several places is not the reason of one.
  if (group.places.size() == 1 && !spike.reason().empty()) facts.push_back(spike.reason());
  const bool is_elsewhere = spike.app() != incident.app() || spike.region() != incident.region();
  if (group.places.size() == 1 && is_elsewhere) {
    facts.push_back(HtmlPlace(spike.app(), spike.region()));
  }
  const std::string since = HtmlSince(spike, now_);
  if (since != HtmlSince(incident, now_)) facts.push_back(since);
  if (!facts.empty()) absl::StrAppend(&out, "<p>", absl::StrJoin(facts, "; "), "</p>\n");
  absl::StrAppend(&out, PlacesText(group));
  if (same_fix != nullptr) {
    return absl::StrCat(out, "<p class=\"soft\">The fix is the same as for ",
                        EscapeHtml(same_fix->code()), ".</p>\n");
  }
  return absl::StrCat(out, HtmlFix(spike));
}

std::string HomeWriter::IncidentText(const v1::Incident& incident) const {
  const std::string id = absl::StrCat("incident-", incident.id());
  std::string out =
      absl::StrCat("<article class=\"card\" aria-labelledby=\"", id, "\"><h2 id=\"", id, "\">",
                   HtmlPlace(incident.app(), incident.region()), "</h2>\n<p>",
                   HtmlSince(incident, now_), "; incident ", EscapeHtml(incident.id()), "</p>\n");
  const std::vector<CodeGroup> groups = CodeGroupsOf(incident);
  for (size_t i = 0; i < groups.size(); ++i) {
    const v1::Spike& spike = groups[i].whole;
    if (i == kCodesShown) {
      absl::StrAppend(&out, "<details id=\"", id, "-more\"><summary>",
                      Counted(groups.size() - i, "more code", "more codes"), "</summary>\n");
    }
    const auto end = groups.begin() + static_cast<ptrdiff_t>(i);
    const auto before = std::find_if(groups.begin(), end, [&spike](const CodeGroup& other) {
      return !spike.solution().empty() && other.whole.solution() == spike.solution();
    });
    absl::StrAppend(&out, CodeText(incident, groups[i], before == end ? nullptr : &before->whole));
    if (i > 0) continue;
    const auto code = answers_.Code(spike.code());
    const std::string shift = code.has_value() ? HtmlLargestShift(*code) : "";
    if (!shift.empty()) absl::StrAppend(&out, "<p>", shift, "</p>\n");
  }
  if (groups.size() > kCodesShown) absl::StrAppend(&out, "</details>\n");
  return out + "</article>\n";
}

std::string HomeWriter::OverText() const {
  std::string silences;
  for (const v1::Silence& silence : spikes_.silences()) {
    if (silence.active()) continue;
    absl::StrAppend(&silences, "<li>", HtmlPlace(silence), ", ", HtmlSince(silence, now_),
                    ": no reports</li>\n");
  }
  if (over_.empty() && silences.empty()) return "";
  std::string out = "<section class=\"card over\"><h2>Over in the last hour</h2>\n<ul>\n";
  for (const v1::Incident* incident : over_) {
    std::string codes;
    for (const CodeGroup& group : CodeGroupsOf(*incident)) {
      absl::StrAppend(&codes, codes.empty() ? "" : ", ",
                      HtmlCodeLink(kRoot, group.whole.code(), group.whole.name()));
    }
    absl::StrAppend(&out, "<li>", HtmlPlace(incident->app(), incident->region()), ", ",
                    HtmlSince(*incident, now_), ": ", codes, "</li>\n");
  }
  return absl::StrCat(out, silences, "</ul></section>\n");
}

std::string HomeWriter::LoopsText() const {
  if (loops_.empty()) return "";
  std::string out =
      "<section class=\"card loops\"><h2>Retry loops</h2>\n<p>A few clients repeat a code "
      "without end; other players are not affected.</p>\n";
  for (const v1::Spike* loop : loops_) {
    absl::StrAppend(&out, "<h3>", HtmlCodeLink(kRoot, loop->code(), loop->name()), "</h3>\n<p>",
                    HtmlRates(loop->observed_rate(), loop->expected_rate()), "; ",
                    HtmlPlace(loop->app(), loop->region()), "; ", HtmlSince(*loop, now_), "</p>\n",
                    HtmlFix(*loop));
  }
  return out + "</section>\n";
}

std::string HomeWriter::TrafficText() const {
  if (spikes_.traffic().empty()) return "";
  std::string out =
      "<section class=\"card over\"><h2>Traffic</h2>\n<p>For your information: these are no "
      "incidents.</p>\n<ul>\n";
  for (const v1::TrafficLine& line : spikes_.traffic()) {
    absl::StrAppend(&out, "<li>", HtmlPlace(line.app(), line.region()), ", ", HtmlSince(line, now_),
                    ": ");
    if (line.kind() == v1::TrafficLine::LAUNCH) {
      absl::StrAppend(&out, "reports for the first time</li>\n");
    } else {
      absl::StrAppend(&out, TimesText(line.observed_rate(), line.usual_rate()),
                      " the operations that are usual at this hour</li>\n");
    }
  }
  return out + "</ul></section>\n";
}

std::string HomeWriter::TopText() const {
  const v1::TopResponse top = answers_.Top(kTopCodes);
  if (top.codes().empty()) {
    return "<section><h2>Codes</h2>\n<p>No error code has been reported yet.</p></section>\n";
  }
  return absl::StrCat("<section><h2>Codes</h2>\n",
                      HtmlCodes(kRoot, "Rates of the last minute, most urgent first",
                                {top.codes().begin(), top.codes().end()}, answers_),
                      "</section>\n");
}

std::string HomeWriter::Main() const {
  std::string out = StateText() + StoppedText();
  for (const v1::Incident* incident : active_) absl::StrAppend(&out, IncidentText(*incident));
  absl::StrAppend(&out, LoopsText(), TrafficText(), OverText(), TopText(),
                  HtmlTrust(spikes_.trust(), now_));
  return out;
}

}  // namespace

Page HomePage(const Answers& answers) {
  const HomeWriter writer(answers);
  return {.title = writer.Title(),
          .state = writer.troubled() ? PageState::kTroubled : PageState::kCalm,
          .root = std::string(kRoot),
          .time = answers.time(),
          .main = writer.Main()};
}

Page CodesPage(const Answers& answers) {
  constexpr absl::string_view kAbove = "../";
  return {.title = "All codes - gmewatch",
          .state = PageState::kNeutral,
          .root = std::string(kAbove),
          .time = answers.time(),
          .main = absl::StrCat("<h1>All codes</h1>\n",
                               HtmlCodes(kAbove, "Documented codes, then others that were seen",
                                         answers.AllCodes(), answers))};
}

}  // namespace gmewatch
