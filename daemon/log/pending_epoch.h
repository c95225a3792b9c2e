// An epoch and those who wait for its batches: the one that is open, or the one that is being
// committed.
//
// Thread safety: none; Committer guards it. No errors.
#ifndef GMEWATCH_DAEMON_LOG_PENDING_EPOCH_H_
#define GMEWATCH_DAEMON_LOG_PENDING_EPOCH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "daemon/log/batch_waiter.h"
#include "daemon/model/batch.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

// The answer to a batch that was not let in and may be sent again.
absl::Status SendAgainStatus(RejectReason reason);

class PendingEpoch {
  // A batch of the epoch, or a batch that was rejected: for good, or to be sent again.
  struct Wait {
    BatchWaiter* waiter;
    uint64_t sequence;
    uint32_t bytes;
    bool rejected;
    std::optional<RejectReason> send_again;
  };

 public:
  // Add and AddRejected return by how much they raise size().bytes.
  size_t Add(const Batch& batch, const HashedOrigin& origin, BatchWaiter* waiter);
  // The batch is rejected for good.
  size_t AddRejected(RejectReason reason, uint64_t events, uint64_t sequence, BatchWaiter* waiter);
  // The batch is rejected and may be sent again. It is counted in any case; false if so many
  // waiters are here that this one has to be answered before the count is durable.
  bool AddSendAgain(RejectReason reason, uint64_t events, uint64_t sequence, BatchWaiter* waiter);

  // What Add returns for the batch, but for a new origin; what AddRejected returns.
  static size_t BytesOf(const Batch& batch);
  static size_t BytesOfRejected() { return sizeof(Wait); }

  struct Size {
    size_t bytes = 0;
    size_t batches = 0;

    Size operator+(const Size& other) const {
      return {bytes + other.bytes, batches + other.batches};
    }
  };
  // Waiters count too: a flood of empty batches takes memory as well.
  Size size() const;
  // Nothing to commit, and nobody waits.
  bool empty() const { return waits_.empty() && epoch.empty(); }
  bool has_waiters() const { return !waits_.empty(); }

  // Takes the waiters of `later`, behind its own.
  void TakeWaiters(PendingEpoch* later);

  // The epoch is durable; `verdicts` are those of its batches.
  void Settle(const std::vector<Verdict>& verdicts) const;
  // The epoch could not be committed.
  void Fail(const absl::Status& status) const;

  // Keeps the memory for the next epoch.
  void Clear();

  Epoch epoch;

 private:
  // Calls `settle` for every wait, and each waiter when its batches in a row have been settled.
  template <typename SettleOne>
  void ForEachWait(SettleOne settle) const;

  std::vector<Wait> waits_;
  size_t send_again_ = 0;  // the waits that have it
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_PENDING_EPOCH_H_
