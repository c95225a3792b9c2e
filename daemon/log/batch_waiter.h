// Who waits until its batches are durable and counted, or rejected.
//
// Thread safety: all calls come from the committer thread, in the order of Committer::Append, and
// must not block. The waiter must live until every batch that it appended is settled.
#ifndef GMEWATCH_DAEMON_LOG_BATCH_WAITER_H_
#define GMEWATCH_DAEMON_LOG_BATCH_WAITER_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

class BatchWaiter {
 public:
  BatchWaiter() = default;
  BatchWaiter(const BatchWaiter&) = delete;
  BatchWaiter& operator=(const BatchWaiter&) = delete;
  virtual ~BatchWaiter() = default;

  // The durable verdict of a batch.
  virtual void OnSettled(uint64_t sequence, Verdict verdict) = 0;
  // The batch is not counted. ResourceExhausted and Unavailable: that is durable under its reason
  // and the client may send the batch again; otherwise the event log has failed permanently.
  virtual void OnFailed(uint64_t sequence, const absl::Status& status) = 0;
  // Follows one or more of the calls above: it is time to answer. `bytes` of the waiter's batches
  // wait no longer. May destroy the waiter if none of its batches is left to settle.
  virtual void OnBatchesSettled(size_t bytes) = 0;
  // A batch of this waiter was held; it may be appended again.
  virtual void OnRoom() {}
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_BATCH_WAITER_H_
