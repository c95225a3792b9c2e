#include "daemon/gmectl/spikes_report.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "daemon/gmectl/triage_text.h"
#include "daemon/triage/code_groups.h"
#include "daemon/triage/numbers_text.h"
#include "daemon/triage/timestamp.h"

namespace gmewatch {
namespace {

constexpr size_t kIndent = 2;

bool IsActive(const v1::Spike& spike, v1::Spike::Kind kind) {
  return spike.active() && spike.kind() == kind;
}

// The likely cause; the most urgent code if the incident names none. REQUIRES: groups are not
// empty.
const v1::Spike& CauseOf(const v1::Incident& incident, const std::vector<CodeGroup>& groups) {
  const auto cause = std::find_if(
      groups.begin(), groups.end(),
      [&incident](const CodeGroup& group) { return group.whole.code() == incident.cause_code(); });
  return (cause == groups.end() ? groups.front() : *cause).whole;
}

// "demo/eu"; "demo/eu +2" if there are two more places.
std::string PlacesText(const CodeGroup& group) {
  const std::string first = absl::StrCat(group.whole.app(), "/", group.whole.region());
  const size_t more = group.places.size() - 1;
  return more == 0 ? first : absl::StrCat(first, " +", more);
}

std::string CodeAndName(const v1::Spike& spike) {
  return absl::StrCat(spike.code(), spike.name().empty() ? "" : " ", spike.name());
}

// "21", or "new" if no events were expected.
std::string FactorText(const v1::Spike& spike) {
  const std::string times = TimesText(spike.observed_rate(), spike.expected_rate());
  return std::string(absl::StripSuffix(times, " times"));
}

void AddFix(const v1::Spike& cause, absl::string_view action, Screen* screen) {
  screen->Paragraph(absl::StrCat("Likely cause: ", CodeAndName(cause),
                                 action.empty() ? "" : absl::StrCat(" (", action, ")")),
                    kIndent, "", Ink::kStrong);
  if (cause.solution().empty()) {
    screen->Paragraph("This code is not documented; no fix is known.", kIndent, "Fix: ");
  } else {
    screen->Paragraph(cause.solution(), kIndent, "Fix: ", Ink::kStrong);
    if (!cause.sdk_note().empty()) screen->Paragraph(cause.sdk_note(), kIndent);
  }
}

void AddSpikeTable(const std::vector<CodeGroup>& groups, absl::Time now, Screen* screen) {
  std::vector<std::vector<TableCell>> rows;
  for (const CodeGroup& group : groups) {
    const v1::Spike& spike = group.whole;
    const bool is_active = spike.active();
    rows.push_back({{spike.code()},
                    {spike.name()},
                    {is_active ? RateText(spike.observed_rate()) : "ended",
                     is_active ? Ink::kAlarm : Ink::kPlain},
                    {RateText(spike.expected_rate())},
                    {is_active ? FactorText(spike) : ""},
                    {ClockText(TimeOf(spike.start()), now)},
                    {PlacesText(group)}});
  }
  screen->Table({{"CODE", true},
                 {"NAME", false, Column::Cut::kStart},
                 {"RATE", true},
                 {"EXPECTED", true},
                 {"TIMES", true},
                 {"SINCE", true},
                 {"APP/REGION", false, Column::Cut::kEnd}},
                std::move(rows), kIndent);
}

void AddIncident(const v1::Incident& incident, absl::Time now, Screen* screen) {
  const absl::Time start = TimeOf(incident.start());
  screen->Blank();
  screen->Paragraph(
      absl::StrCat(PlaceText(incident.app(), incident.region()), ": since ", TimeText(start, now),
                   ", for ", DurationText(now - start), "; incident ", incident.id()),
      0, "", Ink::kAlarm);
  const std::vector<CodeGroup> groups = CodeGroupsOf(incident);
  if (groups.empty()) return;
  const v1::Spike& cause = CauseOf(incident, groups);
  AddFix(cause, incident.cause_action(), screen);
  if (cause.active()) {
    screen->Paragraph(
        absl::StrCat(RateText(cause.observed_rate()), ", ", RateText(cause.expected_rate()),
                     " expected at this hour", cause.reason().empty() ? "" : "; ", cause.reason()),
        kIndent, "Why: ");
  }
  screen->Blank();
  AddSpikeTable(groups, now, screen);
  screen->Blank();
  screen->Paragraph(absl::StrCat("gmectl explain --live ", cause.code(), "  ", cause.runbook_url()),
                    kIndent, "More: ");
}

void AddLoops(const v1::SpikesResponse& spikes, absl::Time now, Screen* screen) {
  // One line per place, because each is another client.
  std::vector<CodeGroup> loops;
  for (const v1::Spike& spike : spikes.spikes()) {
    if (IsActive(spike, v1::Spike::RETRY_LOOP)) loops.push_back({spike, {&spike}});
  }
  if (loops.empty()) return;
  screen->Blank();
  screen->Paragraph("Retry loops: very few clients repeat a code endlessly. Not spikes.", 0, "",
                    Ink::kWarning);
  AddSpikeTable(loops, now, screen);
}

void AddEnded(const v1::SpikesResponse& spikes, absl::Time now, Screen* screen) {
  bool is_first = true;
  for (const v1::Incident& incident : spikes.incidents()) {
    if (incident.active() || incident.members().empty()) continue;
    const std::string cause = CodeAndName(CauseOf(incident, CodeGroupsOf(incident)));
    if (is_first) screen->Blank();
    if (is_first) screen->Paragraph("Ended within the last hour:", 0, "", Ink::kStrong);
    is_first = false;
    screen->Paragraph(absl::StrCat(ClockText(TimeOf(incident.start()), now), " to ",
                                   TimeText(TimeOf(incident.end()), now), ", ",
                                   PlaceText(incident.app(), incident.region()), ": ", cause),
                      kIndent, "- ");
  }
}

}  // namespace

bool HasTrouble(const v1::SpikesResponse& spikes) {
  if (std::any_of(spikes.silences().begin(), spikes.silences().end(),
                  [](const v1::Silence& silence) { return silence.active(); })) {
    return true;
  }
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
          ? absl::StrCat(TimeText(now, now), HasTrouble(spikes) ? ": no spike" : ": calm, no spike")
          : absl::StrCat(TimeText(now, now), ": ", active, active == 1 ? " spike" : " spikes",
                         " in ", incidents, incidents == 1 ? " incident" : " incidents"),
      0, "", active > 0 ? Ink::kAlarm : Ink::kStrong);
  AddSilences(spikes.silences(), now, screen);
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
  AddTraffic(spikes.traffic(), now, screen);
  AddEnded(spikes, now, screen);
  AddTrust(spikes.trust(), screen);
}

}  // namespace gmewatch
