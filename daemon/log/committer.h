// Takes batches from many threads into the open epoch; one committer thread makes an epoch durable,
// has it applied, and only then tells those who wait. So what is acknowledged is durable and
// counted.
//
// Thread safety: every method may be called from any thread, unless it says otherwise.
#ifndef GMEWATCH_DAEMON_LOG_COMMITTER_H_
#define GMEWATCH_DAEMON_LOG_COMMITTER_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/log/event_log.h"
#include "daemon/model/batch.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

// Waits for batches to be settled. All calls come from the committer thread, in the order of
// Committer::Append, and must not block. Must live until every batch that it appended is settled.
class BatchWaiter {
 public:
  BatchWaiter() = default;
  BatchWaiter(const BatchWaiter&) = delete;
  BatchWaiter& operator=(const BatchWaiter&) = delete;
  virtual ~BatchWaiter() = default;

  // What became of the batch with this number, durably.
  virtual void OnSettled(uint64_t sequence, Verdict verdict) = 0;
  // Its epoch could not be written: ResourceExhausted where it may be sent again, or the log is at
  // its end.
  virtual void OnFailed(uint64_t sequence, const absl::Status& status) = 0;
  // Follows a run of the calls above without another waiter's between; may destroy the waiter where
  // nothing is left to settle. Time to answer.
  virtual void OnBatchesSettled() = 0;
};

struct CommitterOptions {
  absl::Duration commit_interval = absl::Milliseconds(5);
  size_t max_pending_bytes = size_t{16} << 20;
};

// For metrics.
struct CommitterStats {
  uint64_t epochs = 0;
  uint64_t failed_epochs = 0;
  uint64_t pending_bytes = 0;
  absl::Duration commit_time_total;  // spent in EventLog::Append
  // Commits that took at most kCommitBucketsSeconds[i]; the last counts all.
  static constexpr std::array<double, 8> kCommitBucketsSeconds = {0.0005, 0.001, 0.0025, 0.005,
                                                                  0.01,   0.025, 0.1,    1};
  std::array<uint64_t, kCommitBucketsSeconds.size() + 1> commits_by_bucket{};
};

class Committer {
 public:
  using ApplyFn = std::function<void(uint64_t number, const Epoch&, std::vector<Verdict>*)>;
  using FatalFn = std::function<void(const absl::Status&)>;

  // `log` and `clock` must outlive the journal. `last_number` and `last_time_ms` are those of the
  // newest epoch. `apply` and `fatal` are called on the committer thread; `fatal` once, when the
  // log is at its end.
  Committer(EventLog& log, Clock& clock, CommitterOptions options, uint64_t last_number,
            int64_t last_time_ms, ApplyFn apply, FatalFn fatal);
  // REQUIRES: Stop was called.
  ~Committer();

  // Takes the batch. Ok: exactly one OnSettled or OnFailed follows. ResourceExhausted: too much is
  // waiting or the log is full; Unavailable: it was stopped or the log is at its end. Then nothing
  // follows, and the refusal is counted.
  absl::Status Append(const Batch& batch, const HashedOrigin& origin, BatchWaiter* waiter);

  // Counts a rejected batch in the next epoch. `waiter` hears of it as kRefused, in order, when the
  // rejection is durable. Fails as Append does.
  absl::Status AppendRejected(RejectReason reason, uint64_t events, uint64_t sequence,
                              BatchWaiter* waiter);

  // From the next epoch on.
  void SetPolicy(internal::Policy policy);
  void Show(std::vector<Place> places, std::vector<int32_t> codes);

  // Waits until nothing is open; ResourceExhausted or the log's own error where it cannot be
  // written.
  absl::Status Flush();

  // Takes nothing more, commits what is open, ends the thread. Idempotent.
  void Stop();

  // 0 when nothing waits, 1 when max_pending_bytes do.
  double Fullness() const;
  CommitterStats stats() const;

 private:
  // One batch, or the refusal of one, of the open epoch.
  struct Pending {
    BatchWaiter* waiter;
    uint64_t sequence;
    bool refused;
  };

  void Run();
  // Blocks until there is an epoch to commit; false when there will be none.
  bool TakeOpen(Epoch* epoch, std::vector<Pending>* pending);
  void Commit(Epoch* epoch, const std::vector<Pending>& pending);
  void Settle(const std::vector<Pending>& pending);
  // Turns away what waits, and everything that came after it, so that nothing overtakes what is to
  // be sent again.
  void Fail(const Epoch& epoch, std::vector<Pending> pending, const absl::Status& status);
  // Whether there is room; where there is not, `reason` is what the refusal is to be counted under,
  // or nothing where the log is at its end.
  absl::Status Admit(size_t bytes, std::optional<RejectReason>* reason)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t WaitingBytes() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsSettled() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  EventLog& log_;
  Clock& clock_;
  const CommitterOptions options_;
  const ApplyFn apply_;
  const FatalFn fatal_;

  // Not a condition of mutex_: whoever unlocks that would have to look at it, for every batch.
  absl::Notification stop_;

  mutable absl::Mutex mutex_;
  Epoch open_ ABSL_GUARDED_BY(mutex_);
  std::vector<Pending> pending_ ABSL_GUARDED_BY(mutex_);
  size_t committing_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool committing_ ABSL_GUARDED_BY(mutex_) = false;
  bool failing_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status broken_ ABSL_GUARDED_BY(mutex_);
  CommitterStats stats_ ABSL_GUARDED_BY(mutex_);

  // Of the committer thread alone.
  uint64_t number_;
  int64_t time_ms_;
  std::vector<Verdict> verdicts_;
  absl::Duration last_begin_ = -absl::InfiniteDuration();

  // Last, so that it starts when everything above is there.
  std::thread committer_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_COMMITTER_H_
