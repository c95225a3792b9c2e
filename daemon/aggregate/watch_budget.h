// How many of a session's events of a code the detector sees: a budget that fills up within ten
// seconds, so that no session weighs more than its share in a series, whatever it reports. All
// events are counted, and no code takes from the budget of another: what is usual in one, such as a
// benign code, hides nothing.
//
// A table of fixed size in which a session may push out another, which then has a full budget
// again: a flood of sessions takes nothing from anybody. Not part of the state: a start fills all
// budgets. Memory: 768 KiB.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_AGGREGATE_WATCH_BUDGET_H_
#define GMEWATCH_DAEMON_AGGREGATE_WATCH_BUDGET_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gmewatch {

class WatchBudget {
 public:
  WatchBudget() : uses_(kUses) {}

  // A session's batch: `hash` is that of the session, `now_s` the time in seconds, `max` the events
  // of a code in ten seconds; 0: all.
  class Batch;
  Batch Begin(size_t hash, uint32_t now_s, uint32_t max);

 private:
  static constexpr size_t kUses = size_t{1} << 16;
  static constexpr uint64_t kSeconds = 10;

  struct Use {
    uint32_t tag = 0;
    uint32_t second = 0;
    uint32_t left = 0;  // in parts of which kSeconds are an event
  };

  uint32_t Take(size_t hash, uint32_t now_s, uint32_t max, uint32_t count);

  std::vector<Use> uses_;
};

class WatchBudget::Batch {
 public:
  Batch(WatchBudget* budget, size_t hash, uint32_t now_s, uint32_t max)
      : budget_(budget), hash_(hash), now_s_(now_s), max_(max) {}

  // How many of `count` events the detector sees. `code`: kSuccessCode for successes.
  uint32_t Take(int32_t code, uint32_t count);

 private:
  WatchBudget* budget_;
  size_t hash_;
  uint32_t now_s_;
  uint32_t max_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_WATCH_BUDGET_H_
