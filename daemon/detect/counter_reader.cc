#include "daemon/detect/counter_reader.h"

#include <algorithm>

namespace gmewatch {

CounterReader::CounterReader(const Counters& counters) : counters_(counters) {
  Read();
  gains_.clear();
}

const std::vector<CellGain>& CounterReader::Read() {
  gains_.clear();
  rows_.resize(std::max(rows_.size(), counters_.places()));
  const size_t slots = counters_.codes();
  for (uint32_t id = 0; id < rows_.size(); ++id) {
    Row& row = rows_[id];
    row.events.resize(slots);
    row.seen.resize(slots);
    const PlaceCounters& place = counters_.place(id);
    if (const uint64_t successes = place.watched_successes(); successes > row.successes) {
      gains_.push_back({.place = id, .success = true, .events = successes - row.successes});
      row.successes = successes;
    }
    for (uint32_t slot = 0; slot < slots; ++slot) {
      const Cell& cell = place.cell(slot);
      const uint64_t in_time = cell.InTime();
      if (in_time <= row.events[slot]) continue;
      CellGain& gain = gains_.emplace_back();
      gain.place = id;
      gain.slot = slot;
      row.events[slot] = in_time;
      ReadSenders(cell, &row.seen[slot], &gain);
      if (gain.events == 0) gains_.pop_back();
    }
  }
  return gains_;
}

void CounterReader::ReadSenders(const Cell& cell, uint32_t* seen, CellGain* gain) {
  Senders* senders = cell.senders();
  if (senders == nullptr) return;
  if (*seen == 0) {
    seen_.emplace_back();
    *seen = static_cast<uint32_t>(seen_.size());
  }
  Seen& before = seen_[*seen - 1];
  for (size_t bucket = 0; bucket < Senders::kBuckets; ++bucket) {
    const uint32_t events = senders->events(bucket);
    gain->by_sender[bucket] = events - before.by_sender[bucket];
    before.by_sender[bucket] = events;
    gain->events += gain->by_sender[bucket];
  }
  gain->sessions = senders->TakeSenders();
  gain->bits = senders->TakeBits();
}

}  // namespace gmewatch
