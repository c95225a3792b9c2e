// Counts epochs: counters, duplicate detection, distinct sessions, overflow to `other`. Its state
// is a pure function of the epochs applied: it reads no clock and no setting, starts no thread and
// does no I/O.
//
// The log is that of one daemon (Apply), or one that several processes write, in partitions
// (ShareLog, ApplyRecord). There the policy is each counter's own, and the state is a pure function
// of how far each partition was applied, not of how their records took turns. No series is full: it
// may pass 2^52.
//
// Thread safety: one thread calls Apply or ApplyRecord. Any thread may read the counters and the
// totals at any time; TakeCheckpoint takes a lock that Apply holds while it runs, Find and HasRoom
// one that it holds for sixteen batches at a time.
#ifndef GMEWATCH_DAEMON_AGGREGATE_AGGREGATE_H_
#define GMEWATCH_DAEMON_AGGREGATE_AGGREGATE_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "daemon/aggregate/batch_counter.h"
#include "daemon/aggregate/code_index.h"
#include "daemon/aggregate/counters.h"
#include "daemon/aggregate/known_sessions.h"
#include "daemon/aggregate/partition_table.h"
#include "daemon/aggregate/place_index.h"
#include "daemon/aggregate/rejected_tallies.h"
#include "daemon/aggregate/session_table.h"
#include "daemon/aggregate/version_table.h"
#include "daemon/aggregate/watch_budget.h"
#include "daemon/model/checkpoint.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

// For metrics.
struct AggregateStats {
  uint64_t batches_counted = 0;
  uint64_t batches_duplicate = 0;
  RejectedByReason rejected{};
  uint64_t sessions = 0;
  uint64_t app_regions = 0;
};

class Aggregate final : public KnownSessions {
 public:
  // Counts an epoch. Returns the result of each of its batches, in order, in `*verdicts`.
  void Apply(uint64_t number, const Epoch& epoch, std::vector<Verdict>* verdicts);

  // The log is shared and has `partitions` partitions. FailedPrecondition if the state restored is
  // of another log. REQUIRES: nothing was applied yet.
  absl::Status ShareLog(const std::string& topic, size_t partitions,
                        const internal::Policy& policy);
  // A reload of the settings. REQUIRES: the log is shared.
  void SetPolicy(const internal::Policy& policy);
  // Counts a record of a shared log. DataLoss if it is not the next one of its partition.
  absl::Status ApplyRecord(const RecordPosition& at, const Epoch& epoch,
                           std::vector<Verdict>* verdicts);
  PartitionView ViewOf(int32_t partition) const;
  // The broker's time of the newest record of the partition that is farthest behind; 0 before the
  // first.
  int64_t OldestRecordMs() const;
  // What to write to partition 0.
  std::vector<ColumnRequest> TakeWantedColumns();
  // Markers whose writer had counted something else.
  uint64_t replica_mismatches() const { return replica_mismatches_.value(); }

  // The state after the last epoch applied. `changed_only`: only what changed since the last call.
  Checkpoint TakeCheckpoint(bool changed_only);

  // Starts from a complete checkpoint. DataLoss if it contradicts itself. REQUIRES: nothing was
  // applied yet.
  absl::Status Restore(const Checkpoint& checkpoint);

  const Counters& counters() const { return counters_; }
  // Who reports by version, for the one reader.
  VersionTable& versions() { return versions_; }

  // What is known of a session. It waits for no epoch, only for a few of its batches.
  KnownSession Find(const SessionId& id) const override;
  bool HasRoom(AppTag app, size_t limit, absl::Span<const AppTag> apps) const override;
  uint64_t session_count() const override { return session_count_.load(std::memory_order_relaxed); }

  AggregateStats stats() const;
  uint64_t batches_counted() const { return batches_counted_.value(); }
  uint64_t batches_duplicate() const { return batches_duplicate_.value(); }
  uint64_t rejected_batches(RejectReason reason) const { return rejected_.Of(reason).batches; }
  uint64_t rejected_events(RejectReason reason) const { return rejected_.Of(reason).events; }

 private:
  void ApplyPolicy(const internal::Policy& policy) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // For the epoch that is applied: now, and before when sessions have expired.
  void SetTimes(int64_t steady_ms, int64_t once_oldest_ms) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplyBatches(const Epoch& epoch, std::vector<Verdict>* verdicts)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Sweep(int64_t passed_ms, uint32_t oldest_s, uint32_t once_oldest_s)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Verdict ApplyBatch(const BatchView& batch, size_t hash) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether a rule of the policy lets the batch be counted: kCounted if it does.
  Verdict Judge(const BatchView& batch, const Session& session)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The session's slot; a session that is older than the horizon starts again as a new one.
  uint32_t SessionFor(const BatchView& batch, size_t hash) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Counters counters_;
  VersionTable versions_;
  Tally batches_counted_;
  Tally batches_duplicate_;
  RejectedTallies rejected_;
  Tally replica_mismatches_;
  std::atomic<uint64_t> session_count_{0};

  mutable absl::Mutex mutex_;
  uint64_t epoch_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t time_ms_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t steady_ms_ ABSL_GUARDED_BY(mutex_) = 0;
  internal::Policy policy_ ABSL_GUARDED_BY(mutex_);
  // Changes under both mutexes, so either is enough to read it. Apply has the second for a few
  // batches at a time.
  mutable absl::Mutex sessions_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
  SessionTable sessions_ ABSL_GUARDED_BY(mutex_);
  CodeIndex codes_ ABSL_GUARDED_BY(mutex_){counters_};
  PlaceIndex places_ ABSL_GUARDED_BY(mutex_){counters_};
  WatchBudget watch_budget_ ABSL_GUARDED_BY(mutex_);
  PartitionTable partitions_ ABSL_GUARDED_BY(mutex_){codes_};
  BatchCounter counter_ ABSL_GUARDED_BY(mutex_){codes_, places_, partitions_, versions_};
  // While an epoch is applied: its steady time, and the horizon before it.
  uint32_t now_s_ ABSL_GUARDED_BY(mutex_) = 0;
  uint32_t oldest_s_ ABSL_GUARDED_BY(mutex_) = 0;
  uint32_t once_oldest_s_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_AGGREGATE_H_
