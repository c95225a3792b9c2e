// All partitions of a log that several processes write, and which codes have a column of their own
// in each. The columns must not depend on how the partitions' records interleave: who gets one is
// decided by the order of requests in partition 0, and a partition's counts use it from that
// partition's own record of the grant on. Until then they are counted as kOtherLabel.
//
// Thread safety: none; the Aggregate guards it.
#ifndef GMEWATCH_DAEMON_AGGREGATE_PARTITION_TABLE_H_
#define GMEWATCH_DAEMON_AGGREGATE_PARTITION_TABLE_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "daemon/aggregate/code_index.h"
#include "daemon/aggregate/partition.h"
#include "daemon/model/limits.h"
#include "daemon/model/partition_row.h"

namespace gmewatch {

// A record's place in the log, and when its broker appended it.
struct RecordPosition {
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t time_ms = 0;
};

// What a counter needs of a partition for its next marker.
struct PartitionView {
  int64_t next_offset = 0;
  int64_t time_ms = 0;
  std::optional<PartitionCheck> check;  // the newest
  std::vector<int32_t> missing_grants;  // granted in partition 0, and not yet here
};

class PartitionTable {
 public:
  using Columns = std::bitset<kCodeSlotsMax>;

  // `codes` must outlive the table.
  explicit PartitionTable(CodeIndex& codes) : codes_(codes) {}

  bool empty() const { return partitions_.empty(); }
  size_t size() const { return partitions_.size(); }
  Partition& at(int32_t partition) { return partitions_[static_cast<size_t>(partition)]; }

  // Partitions without records; all columns that exist are granted in each. `steady_ms`: the time
  // of the sessions that exist already, or 0.
  void Make(const std::string& topic, size_t partitions, int64_t steady_ms);
  // DataLoss if the rows are not one for each partition of one topic.
  absl::Status Load(const std::vector<PartitionRow>& rows);
  std::vector<PartitionRow> Rows() const;

  // Whether the record is the next of its partition and of a kind that such a log has: DataLoss if
  // not.
  absl::Status Check(const RecordPosition& at, const Epoch& epoch) const;
  // Takes the requests and grants of a record.
  void TakeColumns(int32_t partition, const SharedLogParts& parts);
  // The columns that the partition's counts may use.
  const Columns& ColumnsOf(int32_t partition) const {
    return columns_[static_cast<size_t>(partition)];
  }

  // The column of a code for counts of a partition with these columns; otherwise kOtherSlot, and
  // the code is noted as one that wants a column.
  size_t SlotFor(int32_t code, absl::string_view app, const Columns& columns) {
    const size_t slot = codes_.Find(code);
    if (slot != kOtherSlot && columns[slot]) return slot;
    Want(code, app);
    return kOtherSlot;
  }
  // The codes of the catalogue that have no column, and what was noted since the last call, as far
  // as there is room: an app that has `share` columns gets none of the last half. 0: any app does.
  std::vector<ColumnRequest> TakeWanted(size_t share);

  // The smallest of the partitions' times, and of their OldestOnceMs: what is older is so in each
  // of them. 0: there was no record.
  int64_t OldestTimeMs() const;
  int64_t OldestOnceMs(int64_t horizon_ms) const;

  // The broker's time of the newest record, of the partition where that is the oldest. 0: there was
  // no record.
  int64_t OldestRecordMs() const;
  PartitionView View(int32_t partition) const;

 private:
  void Want(int32_t code, absl::string_view app);
  void Grant(size_t partition, int32_t code);
  // Requests of apps, or of the catalogue, that were granted.
  size_t GrantedRequests(bool of_apps) const;
  bool HasRoom(const ColumnRequest& request) const;
  bool HasShare(const std::string& app, size_t share) const;

  CodeIndex& codes_;
  std::vector<Partition> partitions_;
  std::vector<Columns> columns_;  // by slot
  absl::flat_hash_map<int32_t, std::string> wanted_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_PARTITION_TABLE_H_
