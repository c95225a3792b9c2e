// What was rejected, by reason. Thread safety: one thread writes, any reads.
#ifndef GMEWATCH_DAEMON_AGGREGATE_REJECTED_TALLIES_H_
#define GMEWATCH_DAEMON_AGGREGATE_REJECTED_TALLIES_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "daemon/aggregate/counters.h"
#include "daemon/model/epoch.h"
#include "daemon/model/limits.h"
#include "daemon/model/reject_reason.h"

namespace gmewatch {

class RejectedTallies {
 public:
  void Add(RejectReason reason, uint64_t batches, uint64_t events) {
    tallies_[static_cast<size_t>(reason)].batches.Add(batches);
    tallies_[static_cast<size_t>(reason)].events.AddUpTo(events, kSeriesEventsMax);
  }
  void Add(const RejectedByReason& rejected) {
    for (size_t i = 0; i < kRejectReasons; ++i) {
      Add(static_cast<RejectReason>(i), rejected[i].batches, rejected[i].events);
    }
  }
  Rejected Of(RejectReason reason) const {
    const auto& tally = tallies_[static_cast<size_t>(reason)];
    return {tally.batches.value(), tally.events.value()};
  }
  RejectedByReason All() const {
    RejectedByReason all{};
    for (size_t i = 0; i < kRejectReasons; ++i) all[i] = Of(static_cast<RejectReason>(i));
    return all;
  }

 private:
  struct Tallies {
    Tally batches;
    Tally events;
  };
  std::array<Tallies, kRejectReasons> tallies_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_REJECTED_TALLIES_H_
