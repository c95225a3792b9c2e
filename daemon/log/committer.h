// Takes batches from many threads into the open epoch. The committer's own thread makes the epoch
// durable, applies it, and only then settles its batches. So an acknowledged batch is durable and
// counted.
//
// Thread safety: every method may be called from any thread, unless it says otherwise.
#ifndef GMEWATCH_DAEMON_LOG_COMMITTER_H_
#define GMEWATCH_DAEMON_LOG_COMMITTER_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/base/timed_wait.h"
#include "daemon/log/batch_waiter.h"
#include "daemon/log/epoch_sink.h"
#include "daemon/log/pending_epoch.h"
#include "daemon/model/batch.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

// The result of an Append for a sender that can wait.
struct Appended {
  bool held = false;  // there is no room: the batch was not taken, and OnRoom follows
  size_t bytes = 0;   // what the batch adds to the bytes that wait for the log
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
  absl::Duration commit_time_total;  // spent in EpochSink::Append
  // The number of commits that took at most kCommitBucketsSeconds[i]; the last one counts all.
  static constexpr std::array<double, 8> kCommitBucketsSeconds = {0.0005, 0.001, 0.0025, 0.005,
                                                                  0.01,   0.025, 0.1,    1};
  std::array<uint64_t, kCommitBucketsSeconds.size() + 1> commits_by_bucket{};
};

class Committer {
 public:
  using ApplyFn = std::function<void(uint64_t number, const Epoch&, std::vector<Verdict>*)>;
  using FatalFn = std::function<void(const absl::Status&)>;
  using KeptFn = std::function<void(const RejectedByReason&)>;

  // `sink` and `clock` must outlive the committer. `last_number` and `last_steady_ms` are those of
  // the newest epoch, or 0. `apply` and `fatal` are called on the committer thread; `fatal` once,
  // when the event log has failed permanently. `kept` is called there too: what was rejected since
  // the last epoch is durable without one (EpochSink::KeepRejected), and the next epoch that is
  // applied has it.
  Committer(EpochSink& sink, Clock& clock, CommitterOptions options, uint64_t last_number,
            int64_t last_steady_ms, ApplyFn apply, FatalFn fatal, KeptFn kept = {});
  // Calls Stop.
  ~Committer();

  // Adds the batch to the open epoch. Ok: it is taken. ResourceExhausted (too much is waiting, or
  // the log cannot be written at present) and Aborted (Drain was called): it is counted as
  // rejected, and OnFailed follows when that is durable. So after these exactly one OnSettled or
  // OnFailed follows. After Unavailable neither follows: the event log has failed permanently, Stop
  // was called, or too many rejections wait already.
  //
  // `appended` is for senders that can wait, and null for others. If there is no room, the batch of
  // one that can wait is held: Ok, nothing is counted, and exactly one OnRoom follows. Room is
  // half of max_pending_bytes for those that can wait; for the others all of it, of which the last
  // sixteenth is kept for batches below half the average.
  absl::Status Append(const Batch& batch, const HashedOrigin& origin, BatchWaiter* waiter,
                      Appended* appended = nullptr);

  // Counts one batch as rejected and calls `waiter`, in order, with kRejected when that is durable.
  // Fails and holds like Append.
  absl::Status AppendRejected(RejectReason reason, uint64_t events, uint64_t sequence,
                              BatchWaiter* waiter, Appended* appended = nullptr);

  // Counts a batch as rejected without a commit and without a wait: the next epoch that is
  // committed anyway has it, and a kill before that loses it. For senders that nobody knows, so
  // that they cost neither disk nor memory. Only the batch is counted, since its events may be any
  // number.
  void CountStranger(RejectReason reason) {
    strangers_[static_cast<size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  }

  // Puts into the next epoch what a former process kept with EpochSink::KeepRejected.
  void Inherit(const RejectedByReason& rejected);

  // Both apply from the next epoch on. Show: scrapes show the counts of these places and codes.
  void SetPolicy(internal::Policy policy);
  void Show(std::vector<Place> places, std::vector<int32_t> codes);
  // Shortens, from the next epoch on, the horizon of sessions that sent one batch only; 0: no more.
  void SetOnceHorizon(absl::Duration horizon);

  // Waits until everything is committed. ResourceExhausted, or the log's permanent error, if the
  // log cannot be written.
  absl::Status Flush();

  // Ok while batches are taken; otherwise why they are rejected.
  absl::Status Check() const;

  // Takes no more batches: rejects them and commits that. Idempotent.
  void Drain();
  // Drains, commits the open epoch, ends the thread. REQUIRES: a batch that is appended later needs
  // no count. Idempotent.
  void Stop();

  // What those that can wait may have waiting together.
  size_t holding_bytes() const { return options_.max_pending_bytes / 2; }

  // 0 if nothing waits for the log, 1 if max_pending_bytes do. Batches that are being settled count
  // here, so that their answers say how full it was. MeanBytes: of the same batches; 0 without one.
  double Fullness() const;
  size_t MeanBytes() const;
  CommitterStats stats() const;

 private:
  void Run();
  // Blocks until there is an epoch to commit; false if no epoch will follow.
  bool TakeOpen(PendingEpoch* taken);
  void Commit(PendingEpoch* taken);
  // Rejects the batches of an epoch that could not be committed, and the batches that came after
  // it, so that none of those overtakes a batch that the client sends again.
  void Fail(PendingEpoch* taken, const absl::Status& status);
  // Makes durable what was rejected, without the epoch that it belongs to.
  void Keep(const RejectedByReason& rejected);
  void NoteCommit(absl::Duration took, bool ok) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ok: the batch may be added, or is held. Otherwise why not; an Unavailable one is not counted,
  // since the event log has failed permanently. `*reason` is what others are counted under.
  absl::Status Admit(size_t bytes, BatchWaiter* waiter, Appended* appended, RejectReason* reason)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Moves what CountStranger counted into the open epoch.
  void TakeStrangers() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoom(size_t bytes, bool can_wait) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Counts a batch that Admit did not let in; `why` is what Admit returned.
  absl::Status Reject(RejectReason reason, uint64_t events, uint64_t sequence, BatchWaiter* waiter,
                      absl::Status why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  PendingEpoch::Size Waiting() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether everything is committed, or cannot be.
  bool IsFlushed() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  EpochSink& sink_;
  Clock& clock_;
  const CommitterOptions options_;
  const ApplyFn apply_;
  const FatalFn fatal_;
  const KeptFn kept_;

  std::array<std::atomic<uint64_t>, kRejectReasons> strangers_{};

  // Not a condition of mutex_: every Append would have to evaluate it when it unlocks mutex_.
  TimedWait stopped_;

  mutable absl::Mutex mutex_;
  PendingEpoch open_ ABSL_GUARDED_BY(mutex_);
  // The epoch that is being committed first waits, then is settled.
  PendingEpoch::Size committing_size_ ABSL_GUARDED_BY(mutex_);
  PendingEpoch::Size settling_size_ ABSL_GUARDED_BY(mutex_);
  std::vector<BatchWaiter*> held_ ABSL_GUARDED_BY(mutex_);  // while something waits for the log
  bool committing_ ABSL_GUARDED_BY(mutex_) = false;
  bool failing_ ABSL_GUARDED_BY(mutex_) = false;  // the last commit failed
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);  // why it failed
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status permanent_failure_ ABSL_GUARDED_BY(mutex_);
  CommitterStats stats_ ABSL_GUARDED_BY(mutex_);

  // For the committer thread alone.
  uint64_t number_;
  const absl::Duration start_;     // of this committer, on the monotonic clock
  const int64_t first_steady_ms_;  // Epoch::steady_ms at that time
  std::vector<Verdict> verdicts_;
  bool keep_failed_ = false;  // the last EpochSink::KeepRejected
  absl::Duration last_begin_ = -absl::InfiniteDuration();

  // Last, so that the thread starts when everything above is initialised.
  std::thread committer_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_COMMITTER_H_
