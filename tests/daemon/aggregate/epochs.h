// Epochs made by hand, and sums of the counters. For the tests of this folder.
#ifndef GMEWATCH_TESTS_DAEMON_AGGREGATE_EPOCHS_H_
#define GMEWATCH_TESTS_DAEMON_AGGREGATE_EPOCHS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "daemon/aggregate/aggregate.h"

namespace gmewatch {

inline constexpr int64_t kStartMs = 1'700'000'000'000;

inline internal::Policy SomePolicy(uint32_t max_app_regions = 100) {
  internal::Policy policy;
  for (const int32_t code : {1, 1005, 10001, 10003}) policy.add_catalog_codes(code);
  policy.set_max_app_regions(max_app_regions);
  policy.set_session_horizon_ms(int64_t{24} * 3600 * 1000);
  return policy;
}

inline Batch SomeBatch(uint64_t session, uint64_t sequence, std::vector<Entry> entries) {
  Batch batch;
  batch.session = {session, 7};
  batch.sequence = sequence;
  batch.entries = std::move(entries);
  return batch;
}

inline HashedOrigin From(const std::string& app, const std::string& region) {
  return HashedOrigin(Origin{app, region, "1.0", "", ""});
}

// Applies epochs to an aggregate, one number after the other.
class Feed {
 public:
  explicit Feed(Aggregate* aggregate, uint64_t number = 0)
      : aggregate_(*aggregate), number_(number) {}

  void SetPolicy(const internal::Policy& policy) {
    Epoch epoch;
    epoch.policy = policy;
    Apply(&epoch);
  }
  Verdict Send(const Batch& batch, const HashedOrigin& origin) {
    Epoch epoch;
    epoch.Add(batch, origin);
    Apply(&epoch);
    return verdicts_.front();
  }
  const std::vector<Verdict>& Apply(Epoch* epoch) {
    epoch->time_ms = now_ms;
    aggregate_.Apply(++number_, *epoch, &verdicts_);
    return verdicts_;
  }

  int64_t now_ms = kStartMs;

 private:
  Aggregate& aggregate_;
  uint64_t number_;
  std::vector<Verdict> verdicts_;
};

inline const PlaceCounters* FindPlace(const Aggregate& aggregate, const std::string& app,
                                      const std::string& region) {
  for (size_t id = 0; id < aggregate.counters().places(); ++id) {
    const PlaceCounters& row = aggregate.counters().place(id);
    if (row.place() == Place{app, region}) return &row;
  }
  return nullptr;
}

// The slot of `code`, or kOtherSlot.
inline size_t FindSlot(const Aggregate& aggregate, int32_t code) {
  for (size_t slot = kOtherSlot + 1; slot < aggregate.counters().codes(); ++slot) {
    if (aggregate.counters().code(slot) == code) return slot;
  }
  return kOtherSlot;
}

inline uint64_t EventsAt(const Aggregate& aggregate, const std::string& app,
                         const std::string& region, int32_t code) {
  const PlaceCounters* row = FindPlace(aggregate, app, region);
  return row == nullptr ? 0 : row->cell(FindSlot(aggregate, code)).events.value();
}

// The sum over all rows and columns, with successes.
inline uint64_t AllEvents(const Aggregate& aggregate) {
  uint64_t sum = 0;
  for (size_t id = 0; id < aggregate.counters().places(); ++id) {
    const PlaceCounters& row = aggregate.counters().place(id);
    sum += row.success_events();
    for (size_t slot = 0; slot < aggregate.counters().codes(); ++slot) {
      sum += row.cell(slot).events.value();
    }
  }
  return sum;
}

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_AGGREGATE_EPOCHS_H_
