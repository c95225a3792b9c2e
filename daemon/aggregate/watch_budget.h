// How many of a session's events the detector sees: a budget that fills up within ten seconds, so
// that no session weighs more than its share, whatever it reports. All events are counted.
//
// A table of fixed size in which a session may push out another, which then has a full budget
// again: a flood of sessions takes nothing from anybody. Not part of the state: a start fills all
// budgets. Memory: 512 KiB.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_AGGREGATE_WATCH_BUDGET_H_
#define GMEWATCH_DAEMON_AGGREGATE_WATCH_BUDGET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gmewatch {

class WatchBudget {
 public:
  // Errors and successes have a budget each.
  enum Kind : uint8_t { kErrors, kSuccesses };

  WatchBudget() : uses_(kUses) {}

  // A session's batch: `hash` is that of the session, `now_s` the time in seconds, `max` the events
  // in ten seconds.
  class Batch;
  Batch Begin(size_t hash, uint32_t now_s, uint32_t max);

 private:
  static constexpr size_t kUses = size_t{1} << 15;
  static constexpr uint64_t kSeconds = 10;

  struct Use {
    uint32_t tag = 0;
    uint32_t second = 0;
    std::array<uint32_t, 2> left = {};  // by kind, in parts of which kSeconds are an event
  };
  std::vector<Use> uses_;
};

class WatchBudget::Batch {
 public:
  explicit Batch(Use* use) : use_(use) {}

  // How many of `count` events the detector sees.
  uint32_t Take(Kind kind, uint32_t count) {
    if (use_ == nullptr) return count;
    uint32_t& left = use_->left[kind];
    const uint32_t taken = count < left / kSeconds ? count : static_cast<uint32_t>(left / kSeconds);
    left -= taken * static_cast<uint32_t>(kSeconds);
    return taken;
  }

 private:
  Use* use_;  // null: all
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_WATCH_BUDGET_H_
