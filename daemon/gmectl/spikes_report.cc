#include "daemon/gmectl/spikes_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "daemon/gmectl/triage_text.h"
#include "daemon/triage/numbers_text.h"

namespace gmewatch {
namespace {

constexpr size_t kIndent = 2;

bool IsActive(const v1::Spike& spike, v1::Spike::Kind kind) {
  return spike.active() && spike.kind() == kind;
}

// The likely cause, else what alarmed first. Null where the incident has no member.
const v1::Spike* CauseOf(const v1::Incident& incident) {
  for (const v1::Spike& member : incident.members()) {
    if (member.code() == incident.cause_code()) return &member;
  }
  return incident.members().empty() ? nullptr : &incident.members(0);
}

std::string CodeAndName(const v1::Spike& spike) {
  return absl::StrCat(spike.code(), spike.name().empty() ? "" : " ", spike.name());
}

// "21", or "new" where nothing was expected.
std::string FactorText(const v1::Spike& spike) {
  const std::string times = TimesText(spike.observed_rate(), spike.expected_rate());
  return std::string(absl::StripSuffix(times, " times"));
}

void AddFix(const v1::Spike& cause, absl::string_view action, Screen* screen) {
  screen->Paragraph(absl::StrCat("Likely cause: ", CodeAndName(cause),
                                 action.empty() ? "" : absl::StrCat(" (", action, ")")),
                    kIndent, "", Ink::kStrong);
  if (cause.solution().empty()) {
    screen->Paragraph("The document does not have this code, so no fix is known.", kIndent,
                      "Fix: ");
  } else {
    screen->Paragraph(cause.solution(), kIndent, "Fix: ", Ink::kStrong);
  }
}

void AddSpikeTable(const std::vector<const v1::Spike*>& spikes, absl::Time now, Screen* screen) {
  std::vector<std::vector<TableCell>> rows;
  for (const v1::Spike* spike : spikes) {
    const bool is_active = spike->active();
    rows.push_back({{spike->code()},
                    {spike->name()},
                    {is_active ? RateText(spike->observed_rate()) : "over",
                     is_active ? Ink::kAlarm : Ink::kPlain},
                    {RateText(spike->expected_rate())},
                    {is_active ? FactorText(*spike) : ""},
                    {ClockText(TimeOf(spike->start()), now)},
                    {absl::StrCat(spike->app(), "/", spike->region())}});
  }
  screen->Table({{"CODE", true},
                 {"NAME", false, Column::Cut::kStart},
                 {"RATE", true},
                 {"USUAL", true},
                 {"TIMES", true},
                 {"SINCE", true},
                 {"APP/REGION", false, Column::Cut::kEnd}},
                std::move(rows), kIndent);
}

void AddIncident(const v1::Incident& incident, absl::Time now, Screen* screen) {
  const absl::Time start = TimeOf(incident.start());
  screen->Blank();
  screen->Paragraph(absl::StrCat(PlaceText(incident.app(), incident.region()), ": since ",
                                 TimeText(start, now), ", for ", DurationText(now - start)),
                    0, "", Ink::kAlarm);
  const v1::Spike* const cause = CauseOf(incident);
  if (cause == nullptr) return;
  AddFix(*cause, incident.cause_action(), screen);
  std::vector<const v1::Spike*> members;
  for (const v1::Spike& member : incident.members()) members.push_back(&member);
  screen->Blank();
  AddSpikeTable(members, now, screen);
  screen->Blank();
  screen->Paragraph(
      absl::StrCat("gmectl explain --live ", cause->code(), "  ", cause->runbook_url()), kIndent,
      "More: ");
}

void AddLoops(const v1::SpikesResponse& spikes, absl::Time now, Screen* screen) {
  std::vector<const v1::Spike*> loops;
  for (const v1::Spike& spike : spikes.spikes()) {
    if (IsActive(spike, v1::Spike::RETRY_LOOP)) loops.push_back(&spike);
  }
  if (loops.empty()) return;
  screen->Blank();
  screen->Paragraph("Retry loops: very few clients repeat a code without end; no spike.", 0, "",
                    Ink::kWarning);
  AddSpikeTable(loops, now, screen);
}

void AddEnded(const v1::SpikesResponse& spikes, absl::Time now, Screen* screen) {
  bool is_first = true;
  for (const v1::Incident& incident : spikes.incidents()) {
    const v1::Spike* const cause = CauseOf(incident);
    if (incident.active() || cause == nullptr) continue;
    if (is_first) screen->Blank();
    if (is_first) screen->Paragraph("Ended within the last hour:", 0, "", Ink::kStrong);
    is_first = false;
    screen->Paragraph(
        absl::StrCat(ClockText(TimeOf(incident.start()), now), " to ",
                     TimeText(TimeOf(incident.end()), now), ", ",
                     PlaceText(incident.app(), incident.region()), ": ", CodeAndName(*cause)),
        kIndent, "- ");
  }
}

}  // namespace

bool HasActiveSpike(const v1::SpikesResponse& spikes) {
  return std::any_of(spikes.spikes().begin(), spikes.spikes().end(),
                     [](const v1::Spike& spike) { return IsActive(spike, v1::Spike::SPIKE); });
}

void AddSpikes(const v1::SpikesResponse& spikes, int limit, Screen* screen) {
  const absl::Time now = TimeOf(spikes.time());
  const int64_t incidents =
      std::count_if(spikes.incidents().begin(), spikes.incidents().end(),
                    [](const v1::Incident& incident) { return incident.active(); });
  const int64_t active =
      std::count_if(spikes.spikes().begin(), spikes.spikes().end(),
                    [](const v1::Spike& spike) { return IsActive(spike, v1::Spike::SPIKE); });
  screen->Paragraph(
      active == 0
          ? absl::StrCat(TimeText(now, now), ": calm, no spike")
          : absl::StrCat(TimeText(now, now), ": ", active, active == 1 ? " spike" : " spikes",
                         " in ", incidents, incidents == 1 ? " incident" : " incidents"),
      0, "", active > 0 ? Ink::kAlarm : Ink::kStrong);
  int shown = 0;
  for (const v1::Incident& incident : spikes.incidents()) {
    if (!incident.active() || shown == limit) continue;
    ++shown;
    AddIncident(incident, now, screen);
  }
  if (incidents > shown) {
    screen->Blank();
    screen->Paragraph(absl::StrCat("and ", incidents - shown, " more; see --limit"));
  }
  AddLoops(spikes, now, screen);
  AddEnded(spikes, now, screen);
  AddTrust(spikes.trust(), screen);
}

}  // namespace gmewatch
