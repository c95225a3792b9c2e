#include "daemon/detect/incidents.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/algorithm/container.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

bool Overlap(const Place& a, const Place& b) {
  const auto meet = [](const std::string& x, const std::string& y) {
    return x == y || x == kAllLabel || y == kAllLabel;
  };
  return meet(a.app, b.app) && meet(a.region, b.region);
}

Place Join(const Place& a, const Place& b) {
  return {a.app == b.app ? a.app : kAllLabel, a.region == b.region ? a.region : kAllLabel};
}

bool IsOneCode(const SpikePlace& a, const SpikePlace& b) {
  return a.code == b.code && a.other_code == b.other_code;
}

// Removes a member whose spike is announced in a wider or a narrower place now.
void DropReplaced(const std::vector<Spike>& spikes, Incident* incident) {
  std::vector<const SpikePlace*> active;
  for (const Spike& spike : spikes) {
    const bool is_member = absl::c_linear_search(incident->members, spike.where);
    if (spike.active && !spike.retry_loop && is_member) active.push_back(&spike.where);
  }
  const size_t dropped = std::erase_if(incident->members, [&active](const SpikePlace& member) {
    return !absl::c_any_of(active, [&](const SpikePlace* at) { return *at == member; }) &&
           absl::c_any_of(active, [&](const SpikePlace* at) {
             return IsOneCode(*at, member) &&
                    (Holds(at->place, member.place) || Holds(member.place, at->place));
           });
  });
  if (dropped == 0) return;
  incident->place = incident->members.front().place;
  for (const SpikePlace& member : incident->members) {
    incident->place = Join(incident->place, member.place);
  }
}

}  // namespace

size_t Incidents::RankOf(const std::string& action) const {
  return static_cast<size_t>(absl::c_find(first_causes_, action) - first_causes_.begin());
}

void Incidents::Update(const std::vector<Spike>& spikes, int64_t now_s, ActionFn action_of) {
  for (const Spike& spike : spikes) {
    if (spike.active && !spike.retry_loop) Join(spike, action_of);
  }
  for (Incident& incident : incidents_) {
    if (!incident.active) continue;
    DropReplaced(spikes, &incident);
    int64_t end_s = 0;
    const bool active = absl::c_any_of(spikes, [&](const Spike& spike) {
      if (!absl::c_linear_search(incident.members, spike.where)) return false;
      end_s = std::max(end_s, spike.end_s);
      return spike.active && !spike.retry_loop;
    });
    if (active) continue;
    incident.active = false;
    incident.end_s = end_s == 0 ? now_s : end_s;
  }
  std::erase_if(incidents_, [now_s](const Incident& incident) {
    return !incident.active && incident.end_s + kEndedKeptSeconds <= now_s;
  });
}

void Incidents::Join(const Spike& spike, ActionFn action_of) {
  for (const Incident& incident : incidents_) {
    if (incident.active && absl::c_linear_search(incident.members, spike.where)) return;
  }
  auto found = absl::c_find_if(incidents_, [&spike](const Incident& incident) {
    return incident.active && Overlap(incident.place, spike.where.place) &&
           std::abs(incident.start_s - spike.start_s) <= kIncidentSpreadSeconds;
  });
  const std::string action = action_of(spike.where);
  if (found == incidents_.end()) {
    Incident& begun = incidents_.emplace_back();
    begun.id = ++last_id_;
    begun.active = true;
    begun.start_s = spike.start_s;
    begun.place = spike.where.place;
    begun.cause_code = spike.where.code;
    begun.cause_action = action;
    begun.members.push_back(spike.where);
    return;
  }
  found->start_s = std::min(found->start_s, spike.start_s);
  found->place = gmewatch::Join(found->place, spike.where.place);
  found->members.push_back(spike.where);
  if (RankOf(action) < RankOf(found->cause_action)) {
    found->cause_code = spike.where.code;
    found->cause_action = action;
  }
}

void Incidents::Restore(std::vector<Incident> incidents, uint64_t last_id) {
  incidents_ = std::move(incidents);
  last_id_ = last_id;
}

}  // namespace gmewatch
