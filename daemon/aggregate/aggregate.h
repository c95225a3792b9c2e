// Counts epochs: counters, duplicate detection, distinct sessions, overflow. Its state is a pure
// function of the epochs applied: no clock, no thread, no I/O, no live setting.
//
// Thread safety: Apply is called by one thread. Counters and the totals may be read by any thread
// at any time; Knows and TakeCheckpoint take a lock that Apply holds while it runs.
#ifndef GMEWATCH_DAEMON_AGGREGATE_AGGREGATE_H_
#define GMEWATCH_DAEMON_AGGREGATE_AGGREGATE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "daemon/aggregate/counters.h"
#include "daemon/aggregate/session_table.h"
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

class Aggregate {
 public:
  Aggregate();

  // Takes up a whole checkpoint. REQUIRES: nothing was applied yet. DataLoss where it contradicts
  // itself.
  absl::Status Restore(const Checkpoint& checkpoint);

  // Counts an epoch and says for each of its batches, in order, what became of it.
  void Apply(uint64_t number, const Epoch& epoch, std::vector<Verdict>* verdicts);

  // The state after the last epoch applied. `changed_only`: what changed since the last call; else
  // everything.
  Checkpoint TakeCheckpoint(bool changed_only);

  const Counters& counters() const { return counters_; }

  // Whether this session is remembered, so that its batches need no room.
  bool Knows(const SessionId& id) const;
  uint64_t session_count() const { return session_count_.load(std::memory_order_relaxed); }

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
  static constexpr uint8_t kNoSlot = 255;
  static_assert(kCodeSlotsMax < kNoSlot);

  void ApplyPolicy(const internal::Policy& policy) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplyShown(const Epoch& epoch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplyRejected(const Epoch& epoch);
  Verdict ApplyBatch(const BatchView& batch, size_t hash) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The session's slot, anew where the horizon has passed.
  uint32_t SessionFor(const BatchView& batch, size_t hash) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Count(const BatchView& batch, Session* session, PlaceCounters* place)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The row of these labels, which is made if there is room; otherwise that of less exact ones.
  uint32_t PlaceFor(const Place& place) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint32_t AddPlace(const Place& place, bool shown) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t SlotFor(int32_t code) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto near = static_cast<uint32_t>(code);  // a negative code is far
    const uint8_t slot = near < near_slots_.size() ? near_slots_[near] : kNoSlot;
    return slot != kNoSlot ? slot : RareSlotFor(code);
  }
  size_t RareSlotFor(int32_t code) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t AddCode(int32_t code, bool shown) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status RestoreRows(const Checkpoint& checkpoint) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Counters counters_;
  Tally batches_counted_;
  Tally batches_duplicate_;
  std::array<Tally, kRejectReasons> rejected_batches_;
  std::array<Tally, kRejectReasons> rejected_events_;
  std::atomic<uint64_t> session_count_{0};

  mutable absl::Mutex mutex_;
  uint64_t epoch_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t time_ms_ ABSL_GUARDED_BY(mutex_) = 0;
  internal::Policy policy_ ABSL_GUARDED_BY(mutex_);
  SessionTable sessions_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<Place, uint32_t> place_ids_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<std::string> apps_ ABSL_GUARDED_BY(mutex_);
  // Rows with names as sent; those of "other" are beyond the limit.
  size_t exact_places_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<bool> place_changed_ ABSL_GUARDED_BY(mutex_);
  // Slot by code: a table for the codes that GME uses, a map for any other number.
  std::vector<uint8_t> near_slots_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<int32_t, uint8_t> far_slots_ ABSL_GUARDED_BY(mutex_);
  std::vector<bool> slot_in_catalog_ ABSL_GUARDED_BY(mutex_);
  size_t unknown_codes_ ABSL_GUARDED_BY(mutex_) = 0;
  // Of the epoch being applied: its time and the rows of its origins.
  uint32_t now_s_ ABSL_GUARDED_BY(mutex_) = 0;
  uint32_t oldest_s_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<uint32_t> origin_places_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_AGGREGATE_H_
