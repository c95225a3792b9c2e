// What this client has lost and has not yet told the server, by reason.
//
// Thread safety: none. A loss is told in one batch at a time and carried until that batch is
// acknowledged. Limits: at most 10^12 events of a reason in a batch, because servers bound their
// sums; the rest follows in the next one. Sums saturate.
#ifndef GMEWATCH_CLIENT_SRC_LOSSES_H_
#define GMEWATCH_CLIENT_SRC_LOSSES_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch::client {

// a + b, or the largest number where that is too small.
uint64_t SaturatingAdd(uint64_t a, uint64_t b);

class Losses {
 public:
  static constexpr uint64_t kReportedMax = 1'000'000'000'000;

  void Add(v1::ClientLoss::Reason reason, uint64_t events);

  // Whether there is something that no batch in flight tells.
  bool HasUnreported() const;

  // REQUIRES: no batch is in flight.
  void AttachTo(v1::ReportRequest* batch);

  // The batch that told them was acknowledged, or will never be.
  void Commit() { attached_ = {}; }
  void Rollback();

 private:
  using ByReason = std::array<uint64_t, v1::ClientLoss::Reason_ARRAYSIZE>;

  ByReason untold_ = {};
  ByReason attached_ = {};  // in the batch in flight
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_LOSSES_H_
