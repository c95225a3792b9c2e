#include "tests/evaluation/slot_calendar.h"

#include <utility>

namespace gmewatch::detect_eval {

void SlotCalendar::Place(int64_t slots, Random* random) const {
  int64_t taken = 0;
  for (const Block& block : blocks_) taken += block.slots;
  // Each block, and each slot without one, is an item; they are shuffled until every block is
  // within its limits.
  std::vector<const Block*> items(static_cast<size_t>(slots - taken));
  for (const Block& block : blocks_) items.push_back(&block);
  std::vector<int64_t> firsts(items.size());
  for (bool fits = false; !fits;) {
    for (size_t i = items.size() - 1; i > 0; --i) {
      const int64_t other = random->Integer(0, static_cast<int64_t>(i));
      std::swap(items[i], items[static_cast<size_t>(other)]);
    }
    fits = true;
    int64_t slot = 0;
    for (size_t i = 0; i < items.size(); ++i) {
      const Block* const block = items[i];
      firsts[i] = slot;
      slot += block == nullptr ? 1 : block->slots;
      if (block == nullptr) continue;
      fits = fits && firsts[i] >= block->earliest && firsts[i] <= block->latest;
    }
  }
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i] != nullptr) items[i]->place(firsts[i]);
  }
}

}  // namespace gmewatch::detect_eval
