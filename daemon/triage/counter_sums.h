// The counters, summed by code, by code and app, and by code and region.
//
// Thread safety: none. A read visits every cell of the counters, some milliseconds for a million,
// and holds nobody up, because cells are atomics. No sum ever goes back.
#ifndef GMEWATCH_DAEMON_TRIAGE_COUNTER_SUMS_H_
#define GMEWATCH_DAEMON_TRIAGE_COUNTER_SUMS_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "daemon/aggregate/counters.h"
#include "daemon/model/loss_reason.h"

namespace gmewatch {

class CounterSums {
 public:
  struct Code {
    uint64_t events = 0;
    uint64_t late = 0;
    uint64_t in_time = 0;  // events that were not late
    uint64_t sessions = 0;
  };
  // An app or a region.
  struct Group {
    std::string name;
    std::vector<uint64_t> in_time;  // by slot
  };

  // `counters` must outlive it.
  explicit CounterSums(const Counters& counters) : counters_(counters) {}

  void Read();

  // As of the last read, by slot.
  const std::vector<Code>& codes() const { return codes_; }
  // In order of appearance.
  const std::vector<Group>& apps() const { return apps_.groups; }
  const std::vector<Group>& regions() const { return regions_.groups; }
  const std::array<uint64_t, kLossReasons>& lost() const { return lost_; }

 private:
  struct Groups {
    std::vector<Group> groups;
    absl::flat_hash_map<std::string, size_t> index;
    std::vector<size_t> of_place;  // by row of the counters
    void Add(const std::string& name);
    void Clear(size_t slots);
  };
  void ReadPlace(size_t id, size_t slots);

  const Counters& counters_;
  std::vector<Code> codes_;
  Groups apps_;
  Groups regions_;
  std::array<uint64_t, kLossReasons> lost_{};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_COUNTER_SUMS_H_
