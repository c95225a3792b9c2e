// Counts epochs: counters, duplicate detection, distinct sessions, overflow to `other`. Its state
// is a pure function of the epochs applied: it reads no clock and no setting, starts no thread and
// does no I/O.
//
// Thread safety: one thread calls Apply. Any thread may read the counters and the totals at any
// time; TakeCheckpoint takes a lock that Apply holds while it runs, Find and HasRoom one that it
// holds for sixteen batches at a time.
#ifndef GMEWATCH_DAEMON_AGGREGATE_AGGREGATE_H_
#define GMEWATCH_DAEMON_AGGREGATE_AGGREGATE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "daemon/aggregate/code_index.h"
#include "daemon/aggregate/counters.h"
#include "daemon/aggregate/known_sessions.h"
#include "daemon/aggregate/place_index.h"
#include "daemon/aggregate/session_table.h"
#include "daemon/aggregate/version_table.h"
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
  uint64_t rejected_batches(RejectReason reason) const {
    return rejected_batches_[static_cast<size_t>(reason)].value();
  }
  uint64_t rejected_events(RejectReason reason) const {
    return rejected_events_[static_cast<size_t>(reason)].value();
  }

 private:
  void ApplyPolicy(const internal::Policy& policy) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddRejected(const RejectedByReason& rejected);
  Verdict ApplyBatch(const BatchView& batch, size_t hash) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether a rule of the policy lets the batch be counted: kCounted if it does.
  Verdict Judge(const BatchView& batch, const Session& session, const PlaceCounters& place)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether a series would pass the policy's limit.
  bool IsFull(const BatchView& batch, const PlaceCounters& place)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CountRejected(RejectReason reason, uint64_t events);
  // The session's slot; a session that is older than the horizon starts again as a new one.
  uint32_t SessionFor(const BatchView& batch, size_t hash) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Count(const BatchView& batch, Session* session, PlaceCounters* place)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Counters counters_;
  VersionTable versions_;
  Tally batches_counted_;
  Tally batches_duplicate_;
  std::array<Tally, kRejectReasons> rejected_batches_;
  std::array<Tally, kRejectReasons> rejected_events_;
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
  // While an epoch is applied: its steady time, the horizon before it, and the rows and versions of
  // its origins.
  uint32_t now_s_ ABSL_GUARDED_BY(mutex_) = 0;
  uint32_t oldest_s_ ABSL_GUARDED_BY(mutex_) = 0;
  uint32_t once_oldest_s_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<uint32_t> origin_rows_ ABSL_GUARDED_BY(mutex_);
  std::vector<size_t> origin_versions_ ABSL_GUARDED_BY(mutex_);
  std::vector<AppTag> origin_apps_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_AGGREGATE_H_
