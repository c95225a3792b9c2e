#include "daemon/triage/counter_sums.h"

namespace gmewatch {

void CounterSums::Groups::Add(const std::string& name) {
  const auto [found, added] = index.emplace(name, groups.size());
  if (added) groups.emplace_back().name = name;
  of_place.push_back(found->second);
}

void CounterSums::Groups::Clear(size_t slots) {
  for (Group& group : groups) group.in_time.assign(slots, 0);
}

void CounterSums::Read() {
  const size_t places = counters_.places();
  const size_t slots = counters_.codes();
  for (size_t id = apps_.of_place.size(); id < places; ++id) {
    const Place& place = counters_.place(id).place();
    apps_.Add(place.app);
    regions_.Add(place.region);
  }
  codes_.assign(slots, {});
  apps_.Clear(slots);
  regions_.Clear(slots);
  lost_ = {};
  for (size_t id = 0; id < places; ++id) ReadPlace(id, slots);
}

void CounterSums::ReadPlace(size_t id, size_t slots) {
  const PlaceCounters& place = counters_.place(id);
  for (size_t reason = 0; reason < kLossReasons; ++reason) lost_[reason] += place.lost(reason);
  std::vector<uint64_t>& app = apps_.groups[apps_.of_place[id]].in_time;
  std::vector<uint64_t>& region = regions_.groups[regions_.of_place[id]].in_time;
  for (size_t slot = 0; slot < slots; ++slot) {
    const Cell& cell = place.cell(slot);
    const uint64_t events = cell.events.value();
    if (events == 0) continue;
    const uint64_t in_time = cell.InTime();
    codes_[slot].events += events;
    codes_[slot].late += cell.late.value();
    codes_[slot].in_time += in_time;
    codes_[slot].sessions += cell.sessions.value();
    app[slot] += in_time;
    region[slot] += in_time;
  }
}

}  // namespace gmewatch
