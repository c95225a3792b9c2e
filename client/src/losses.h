// Lost events by reason, until a batch that reports them is acknowledged.
//
// Thread safety: none. One batch at a time carries losses. Limits: at most 10^12 events of a reason
// in a batch, because servers bound their sums; the rest follows in the next one. Sums saturate.
#ifndef GMEWATCH_CLIENT_SRC_LOSSES_H_
#define GMEWATCH_CLIENT_SRC_LOSSES_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "client/src/batch.h"

namespace gmewatch::client {

// a + b, or the largest number if the sum does not fit.
uint64_t SaturatingAdd(uint64_t a, uint64_t b);

class Losses {
 public:
  static constexpr uint64_t kReportedMax = 1'000'000'000'000;

  void Add(LossReason reason, uint64_t events);

  // Whether there are losses that the batch in flight does not carry.
  bool HasUnreported() const;

  // Adds the losses to the batch. REQUIRES: no batch is in flight.
  void AttachTo(Batch* batch);

  // The batch was acknowledged: forgets the losses that it carried.
  void Commit() { attached_ = {}; }
  // The batch will never be acknowledged: the next one carries its losses again.
  void Rollback();

 private:
  using ByReason = std::array<uint64_t, kLossReasonsEnd>;

  ByReason unreported_ = {};
  ByReason attached_ = {};  // in the batch in flight
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_LOSSES_H_
