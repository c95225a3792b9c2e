// Adds the entries and losses of batches that were judged good to the counters: finds the row of
// their origin and the column of each code.
//
// Thread safety: none; the Aggregate guards it.
#ifndef GMEWATCH_DAEMON_AGGREGATE_BATCH_COUNTER_H_
#define GMEWATCH_DAEMON_AGGREGATE_BATCH_COUNTER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "daemon/aggregate/code_index.h"
#include "daemon/aggregate/partition_table.h"
#include "daemon/aggregate/place_index.h"
#include "daemon/aggregate/session_table.h"
#include "daemon/aggregate/version_table.h"
#include "daemon/aggregate/watch_budget.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

class BatchCounter {
 public:
  // All must outlive it.
  BatchCounter(CodeIndex& codes, PlaceIndex& places, PartitionTable& partitions,
               VersionTable& versions)
      : codes_(codes), places_(places), partitions_(partitions), versions_(versions) {}

  // Batches of `epoch` follow. `max_places`: see PlaceIndex::RowFor. `columns`: those of its
  // partition; null if the log is not shared.
  void Begin(const Epoch& epoch, size_t max_places, const PartitionTable::Columns* columns);

  // What a batch's origin stands for.
  AppTag AppOf(const BatchView& batch) const { return apps_[batch.header.origin]; }
  uint32_t RowOf(const BatchView& batch) const { return rows_[batch.header.origin]; }

  // Whether a series of the batch's place would pass `max`.
  bool IsFull(const BatchView& batch, const PlaceCounters& place, uint64_t max) const;
  // Counts it, once for its session as far as that has not reported the codes; the detector sees
  // what the session's budget has. The session's last sequence number is still that before.
  void Count(const BatchView& batch, WatchBudget::Batch budget, Session* session);
  // Counts a new session of the batch's place.
  void CountSession(const BatchView& batch) {
    places_.Change(RowOf(batch))->mutable_sessions()->Add(1);
    ++sessions_;
  }

  // What was counted since Begin.
  uint64_t events() const { return events_; }
  uint64_t sessions() const { return sessions_; }

 private:
  CodeIndex& codes_;
  PlaceIndex& places_;
  PartitionTable& partitions_;
  VersionTable& versions_;
  const PartitionTable::Columns* columns_ = nullptr;
  uint64_t events_ = 0;
  uint64_t sessions_ = 0;
  // By origin of the epoch.
  std::vector<uint32_t> rows_;
  std::vector<size_t> version_slots_;
  std::vector<AppTag> apps_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_BATCH_COUNTER_H_
