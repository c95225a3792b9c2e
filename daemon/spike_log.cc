#include "daemon/spike_log.h"

#include <algorithm>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "daemon/base/log.h"
#include "daemon/catalog/shipped_overlays.h"
#include "daemon/model/code_label.h"
#include "daemon/model/spike_reason.h"

namespace gmewatch {
namespace {

std::string Text(const SpikePlace& where) {
  return absl::StrCat(CodeLabel(where.code, where.other_code), " in ", where.place.region, " of ",
                      where.place.app);
}

std::string Rate(double per_second) { return absl::StrCat(per_second, "/s"); }

// Empty for a code without a catalogue row.
std::string NameOf(const SpikePlace& where, const Catalog& catalog) {
  const CatalogCode* known = where.other_code ? nullptr : catalog.Find(where.code, where.place.app);
  return known == nullptr ? "" : known->name;
}

bool WasActive(const Spike& spike, const SpikeReport& before) {
  return absl::c_any_of(before.spikes, [&spike](const Spike& old) {
    return old.where == spike.where && old.retry_loop == spike.retry_loop && old.active;
  });
}

void LogSpike(const Spike& spike, const Catalog& catalog) {
  LogInfo(
      absl::StrCat(spike.retry_loop ? "retry loop" : "spike", spike.active ? " started" : " ended"),
      {{"where", Text(spike.where)},
       {"name", NameOf(spike.where, catalog)},
       {"observed", Rate(spike.observed_rate)},
       {"expected", Rate(spike.expected_rate)},
       {"from", SendersText(spike)}});
}

void LogIncident(const Incident& incident, bool was_active) {
  const char* change = !incident.active ? "ended" : was_active ? "changed" : "started";
  LogInfo(absl::StrCat("incident ", change),
          {{"id", absl::StrCat(incident.id)},
           {"app", incident.place.app},
           {"region", incident.place.region},
           {"codes", absl::StrJoin(incident.members, ", ",
                                   [](std::string* out, const SpikePlace& member) {
                                     absl::StrAppend(out, Text(member));
                                   })},
           {"likely_cause", CauseLabel(incident)},
           {"action", incident.cause_action}});
}

// The same line in an earlier report, or null.
const TrafficLine* FindSame(const SpikeReport& report, const TrafficLine& line) {
  const auto found = absl::c_find_if(report.traffic, [&line](const TrafficLine& other) {
    return other.kind == line.kind && other.place == line.place && other.start_s == line.start_s;
  });
  return found == report.traffic.end() ? nullptr : &*found;
}

void LogTraffic(const TrafficLine& line, const SpikeReport& before) {
  const TrafficLine* old = FindSame(before, line);
  if (line.active ? old != nullptr : old == nullptr || !old->active) return;
  if (line.kind == TrafficLine::Kind::kLaunch) {
    if (line.active) {
      LogInfo("a new place reports", {{"app", line.place.app}, {"region", line.place.region}});
    }
  } else if (line.active) {
    LogInfo("traffic is far above the usual",
            {{"app", line.place.app},
             {"region", line.place.region},
             {"times", absl::StrFormat("%.2g", line.observed_rate / line.usual_rate)},
             {"usual", absl::StrFormat("%.3g/s", line.usual_rate)}});
  } else {
    LogInfo("traffic is usual again",
            {{"app", line.place.app},
             {"region", line.place.region},
             {"lasted", absl::FormatDuration(absl::Seconds(line.end_s - line.start_s))}});
  }
}

}  // namespace

size_t LogUnknownCodes(const Counters& counters, size_t from, const Catalog& catalog) {
  const size_t codes = counters.codes();
  for (size_t slot = std::max(from, kOtherSlot + 1); slot < codes; ++slot) {
    const int32_t code = counters.code(slot);
    if (catalog.Find(code) != nullptr) continue;
    const std::string overlay = ShippedOverlayWith(code);
    LogInfo("a code is in no catalogue", {{"code", absl::StrCat(code)},
                                          {"catalog_overlay", overlay.empty() ? "none" : overlay}});
  }
  return codes;
}

void LogSpikeChanges(const SpikeReport& before, const SpikeReport& after, const Catalog& catalog) {
  for (const Spike& spike : after.spikes) {
    if (spike.active != WasActive(spike, before)) LogSpike(spike, catalog);
  }
  for (const Incident& incident : after.incidents) {
    const auto old = absl::c_find_if(
        before.incidents, [&incident](const Incident& other) { return other.id == incident.id; });
    const size_t members = old == before.incidents.end() ? 0 : old->members.size();
    const bool was_active = old != before.incidents.end() && old->active;
    if (incident.active != was_active || incident.members.size() != members) {
      LogIncident(incident, was_active);
    }
  }
  for (const TrafficLine& line : after.traffic) LogTraffic(line, before);
}

}  // namespace gmewatch
