// Places blocks of events into the slots of a month, in an order drawn at random.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_EVALUATION_SLOT_CALENDAR_H_
#define GMEWATCH_TESTS_EVALUATION_SLOT_CALENDAR_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "tests/support/random.h"

namespace gmewatch::detect_eval {

class SlotCalendar {
 public:
  // A block takes `slots` slots, the first of them within [earliest, latest].
  struct Block {
    std::function<void(int64_t slot)> place;
    int64_t slots = 1;
    int64_t earliest = 0;
    int64_t latest = INT64_MAX;
  };

  void Add(Block block) { blocks_.push_back(std::move(block)); }

  // Calls `place` of each block with its first slot. No two blocks share a slot. REQUIRES: an order
  // that fits within the limits exists, and is not rare.
  void Place(int64_t slots, Random* random) const;

 private:
  std::vector<Block> blocks_;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_SLOT_CALENDAR_H_
