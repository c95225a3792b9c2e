// What a counter knows of one partition of a log that several processes write, and how far it has
// read it. Part of a checkpoint (proto/gmewatch/internal/partition_state.proto). Plain data.
#ifndef GMEWATCH_DAEMON_MODEL_PARTITION_ROW_H_
#define GMEWATCH_DAEMON_MODEL_PARTITION_ROW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "daemon/model/epoch.h"
#include "daemon/model/shared_log_parts.h"

namespace gmewatch {

// The largest sums of rejections that a process has written to a partition.
struct WriterSums {
  WriterId writer;
  uint64_t sequence = 0;  // of its newest marker
  int64_t offset = 0;     // of its newest record
  RejectedByReason rejected{};
};

struct PartitionRow {
  std::string topic;
  int32_t partition = 0;
  int64_t next_offset = 0;  // of the first record that was not counted
  int64_t time_ms = 0;      // of the newest record, by its broker's clock

  int64_t steady_ms = 0;  // what its sessions expire by; 0: there was no record
  int64_t once_horizon_ms = 0;
  int64_t once_oldest_ms = 0;
  std::vector<int32_t> granted_codes;
  std::vector<ColumnRequest> granted_requests;
  std::vector<WriterSums> writers;
  PartitionCheck counted;
  std::vector<PartitionCheck> checks;

  // The fields from steady_ms on.
  std::string SerializeState() const;
  // DataLoss if they cannot be read or a number is out of range.
  absl::Status ParseState(absl::string_view bytes);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_PARTITION_ROW_H_
