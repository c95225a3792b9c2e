#include "daemon/aggregate/counters.h"

#include <utility>

namespace gmewatch {

Counters::Counters() { AddCode(0, true); }

Counters::~Counters() {
  for (size_t id = 0; id < places(); ++id) delete mutable_place(id);
  for (auto& block : blocks_) delete block.load(std::memory_order_relaxed);
}

PlaceCounters* Counters::AddPlace(Place place, bool shown) {
  const size_t id = places_.load(std::memory_order_relaxed);
  auto& block = blocks_[id / kBlock];
  if (block.load(std::memory_order_relaxed) == nullptr) {
    block.store(new Block{}, std::memory_order_release);
  }
  auto* row = new PlaceCounters(std::move(place), shown);
  Slot(id).store(row, std::memory_order_release);
  // Last: a reader who sees the new size sees the row.
  places_.store(id + 1, std::memory_order_release);
  return row;
}

size_t Counters::AddCode(int32_t code, bool shown) {
  const size_t slot = codes_.load(std::memory_order_relaxed);
  code_[slot] = code;
  code_shown_[slot].store(shown, std::memory_order_relaxed);
  codes_.store(slot + 1, std::memory_order_release);
  return slot;
}

}  // namespace gmewatch
