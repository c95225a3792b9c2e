#include "daemon/aggregate/counters.h"

#include <memory>
#include <utility>

namespace gmewatch {

Counters::Counters() { AddCode(0, /*shown=*/true); }

Counters::~Counters() {
  for (size_t id = 0; id < places(); ++id) {
    delete mutable_place(id);
  }
  for (std::atomic<Block*>& block : blocks_) {
    delete block.load(std::memory_order_relaxed);
  }
}

PlaceCounters* Counters::AddPlace(Place place, bool shown) {
  const size_t id = places_.load(std::memory_order_relaxed);
  std::atomic<Block*>& block = blocks_[id / kBlock];
  if (block.load(std::memory_order_relaxed) == nullptr) {
    block.store(std::make_unique<Block>().release(), std::memory_order_release);
  }
  PlaceCounters* added = std::make_unique<PlaceCounters>(std::move(place), shown).release();
  Slot(id).store(added, std::memory_order_release);
  // Last: a reader that sees the number sees the row.
  places_.store(id + 1, std::memory_order_release);
  return added;
}

size_t Counters::present_places() const {
  size_t present = 0;
  for (size_t id = 0; id < places(); ++id) present += place(id).gone() ? 0 : 1;
  return present;
}

uint64_t Counters::LargestSeries() const {
  uint64_t largest = 0;
  for (size_t id = 0; id < places(); ++id) {
    const PlaceCounters& row = place(id);
    if (row.total() <= largest) continue;
    largest = std::max(largest, row.success_events());
    for (size_t slot = 0; slot < codes(); ++slot) {
      largest = std::max(largest, row.cell(slot).events.value());
    }
  }
  return largest;
}

size_t Counters::AddCode(int32_t code, bool shown) {
  const size_t slot = codes_.load(std::memory_order_relaxed);
  code_[slot] = code;
  code_shown_[slot].store(shown, std::memory_order_relaxed);
  // Last: a reader that sees the number sees the column.
  codes_.store(slot + 1, std::memory_order_release);
  return slot;
}

}  // namespace gmewatch
