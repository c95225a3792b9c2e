#include "daemon/triage/home_page.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "daemon/triage/fragments.h"
#include "daemon/triage/html.h"
#include "daemon/triage/numbers_text.h"
#include "daemon/triage/urgency.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kRoot = "./";
constexpr size_t kTopCodes = 20;
// Members of an incident beyond these are folded.
constexpr size_t kMembersShown = 4;

std::string Counted(size_t count, absl::string_view one, absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

// The likely cause first, then by urgency.
std::vector<const v1::Spike*> InOrder(const v1::Incident& incident) {
  std::vector<const v1::Spike*> members;
  for (const v1::Spike& member : incident.members()) members.push_back(&member);
  absl::c_stable_sort(members, [&incident](const v1::Spike* x, const v1::Spike* y) {
    const bool x_is_cause = x->active() && x->code() == incident.cause_code();
    const bool y_is_cause = y->active() && y->code() == incident.cause_code();
    if (x_is_cause != y_is_cause) return x_is_cause;
    return IsMoreUrgent(UrgencyOf(*x), UrgencyOf(*y));
  });
  return members;
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
  }

  bool troubled() const { return !active_.empty(); }
  std::string Title() const;
  std::string Main() const;

 private:
  std::string StateText() const;
  std::string IncidentText(const v1::Incident& incident) const;
  std::string MemberText(const v1::Incident& incident, const v1::Spike& member,
                         const v1::Spike* same_fix) const;
  std::string OverText() const;
  std::string LoopsText() const;
  std::string TopText() const;

  const Answers& answers_;
  const v1::SpikesResponse spikes_;
  const absl::Time now_;
  std::vector<const v1::Incident*> active_;
  std::vector<const v1::Incident*> over_;
  std::vector<const v1::Spike*> loops_;
};

std::string HomeWriter::Title() const {
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
  if (active_.empty()) {
    return absl::StrCat("<div class=\"state good\"><h1>Calm: no incident now</h1>\n<p>No code is seen "
                        "more often than its past explains",
                        loops, ".</p>\n", HtmlTrustHint(spikes_.trust()), "</div>\n");
  }
  return absl::StrCat("<div class=\"state bad\"><h1>", Counted(active_.size(), "incident", "incidents"),
                      " now, ", Counted(codes.size(), "code spikes", "codes spike"), loops,
                      "</h1>\n", HtmlTrustHint(spikes_.trust()), "</div>\n");
}

std::string HomeWriter::MemberText(const v1::Incident& incident, const v1::Spike& member,
                                   const v1::Spike* same_fix) const {
  const bool is_cause = member.active() && member.code() == incident.cause_code() &&
                        incident.members_size() > 1;
  std::string out = absl::StrCat("<h3>", HtmlCodeLink(kRoot, member.code(), member.name()),
                                 is_cause ? " <span class=\"tag\">likely first cause</span>" : "",
                                 member.active() ? "" : " <span class=\"tag\">over</span>",
                                 "</h3>\n<p>");
  if (member.active()) {
    absl::StrAppend(&out, HtmlRates(member.observed_rate(), member.expected_rate()), "; ");
  }
  if (member.app() != incident.app() || member.region() != incident.region()) {
    absl::StrAppend(&out, HtmlPlace(member.app(), member.region()), "; ");
  }
  absl::StrAppend(&out, HtmlSince(member, now_), "</p>\n");
  if (same_fix != nullptr) {
    return absl::StrCat(out, "<p class=\"soft\">The same fix as for ", HtmlText(same_fix->code()),
                        ".</p>\n");
  }
  return absl::StrCat(out, HtmlFix(member.solution()));
}

std::string HomeWriter::IncidentText(const v1::Incident& incident) const {
  const std::string id = absl::StrCat("incident-", incident.id());
  std::string out = absl::StrCat("<article class=\"card\" aria-labelledby=\"", id, "\"><h2 id=\"", id,
                                 "\">", HtmlPlace(incident.app(), incident.region()), "</h2>\n<p>",
                                 HtmlSince(incident, now_), "</p>\n");
  const std::vector<const v1::Spike*> members = InOrder(incident);
  for (size_t i = 0; i < members.size(); ++i) {
    const v1::Spike& member = *members[i];
    if (i == kMembersShown) {
      absl::StrAppend(&out, "<details id=\"", id, "-more\"><summary>",
                      Counted(members.size() - i, "more code", "more codes"), "</summary>\n");
    }
    const auto before = std::find_if(members.begin(), members.begin() + static_cast<ptrdiff_t>(i),
                                     [&member](const v1::Spike* other) {
                                       return other->solution() == member.solution();
                                     });
    const bool is_first = before == members.begin() + static_cast<ptrdiff_t>(i);
    absl::StrAppend(&out, MemberText(incident, member, is_first ? nullptr : *before));
    if (i > 0) continue;
    const auto code = answers_.Code(member.code());
    const std::string shift = code.has_value() ? HtmlLargestShift(*code) : "";
    if (!shift.empty()) absl::StrAppend(&out, "<p>", shift, "</p>\n");
  }
  if (members.size() > kMembersShown) absl::StrAppend(&out, "</details>\n");
  return out + "</article>\n";
}

std::string HomeWriter::OverText() const {
  if (over_.empty()) return "";
  std::string out = "<section class=\"card over\"><h2>Over in the last hour</h2>\n<ul>\n";
  for (const v1::Incident* incident : over_) {
    std::string codes;
    for (const v1::Spike* member : InOrder(*incident)) {
      absl::StrAppend(&codes, codes.empty() ? "" : ", ",
                      HtmlCodeLink(kRoot, member->code(), member->name()));
    }
    absl::StrAppend(&out, "<li>", HtmlPlace(incident->app(), incident->region()), ", ",
                    HtmlSince(*incident, now_), ": ", codes, "</li>\n");
  }
  return out + "</ul></section>\n";
}

std::string HomeWriter::LoopsText() const {
  if (loops_.empty()) return "";
  std::string out =
      "<section class=\"card loops\"><h2>Retry loops</h2>\n<p>Very few clients repeat a code without "
      "end: no wave of players.</p>\n";
  for (const v1::Spike* loop : loops_) {
    absl::StrAppend(&out, "<h3>", HtmlCodeLink(kRoot, loop->code(), loop->name()), "</h3>\n<p>",
                    HtmlRates(loop->observed_rate(), loop->expected_rate()), "; ",
                    HtmlPlace(loop->app(), loop->region()), "; ", HtmlSince(*loop, now_),
                    "</p>\n", HtmlFix(loop->solution()));
  }
  return out + "</section>\n";
}

std::string HomeWriter::TopText() const {
  const v1::TopResponse top = answers_.Top(kTopCodes);
  if (top.codes().empty()) {
    return "<section><h2>Codes</h2>\n<p>No error code was reported yet.</p></section>\n";
  }
  return absl::StrCat(
      "<section><h2>Codes</h2>\n",
      HtmlCodes(kRoot, "What is seen now, most urgent first", {top.codes().begin(), top.codes().end()},
                answers_),
      "</section>\n");
}

std::string HomeWriter::Main() const {
  std::string out = StateText();
  for (const v1::Incident* incident : active_) absl::StrAppend(&out, IncidentText(*incident));
  absl::StrAppend(&out, LoopsText(), OverText(), TopText(), HtmlTrust(spikes_.trust(), now_));
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
                               HtmlCodes(kAbove, "The document's codes, then others that were seen",
                                         answers.AllCodes(), answers))};
}

}  // namespace gmewatch
