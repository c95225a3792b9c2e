// Where a Committer makes its epochs durable.
//
// Thread safety: one thread calls it, the committer.
//
// Errors: ResourceExhausted, the epoch cannot be written at present: it is not acknowledged, and a
// later call may succeed; any other: the sink has failed permanently and the process must restart,
// because it is not known what is durable.
#ifndef GMEWATCH_DAEMON_LOG_EPOCH_SINK_H_
#define GMEWATCH_DAEMON_LOG_EPOCH_SINK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

class EpochSink {
 public:
  EpochSink() = default;
  EpochSink(const EpochSink&) = delete;
  EpochSink& operator=(const EpochSink&) = delete;
  virtual ~EpochSink() = default;

  // If it returns Ok the epoch is durable. REQUIRES: numbers rise by one from one Ok to the next.
  virtual absl::Status Append(uint64_t number, const Epoch& epoch) = 0;

  // Keeps over a crash what was rejected since the last epoch, when that epoch's successor `number`
  // cannot be appended: it needs no new space. Replaces what was kept before.
  virtual absl::Status KeepRejected(uint64_t /*number*/, const RejectedByReason& /*rejected*/) {
    return absl::OkStatus();
  }
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_EPOCH_SINK_H_
