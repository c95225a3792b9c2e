// What a counter knows of the log that it reads, for metrics. Plain data.
#ifndef GMEWATCH_DAEMON_MODEL_SHARED_LOG_STATS_H_
#define GMEWATCH_DAEMON_MODEL_SHARED_LOG_STATS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"

namespace gmewatch {

// How long those waited who wanted everything that was acknowledged until they asked.
struct ReadWaitStats {
  static constexpr std::array<double, 9> kBucketsSeconds = {0.01, 0.025, 0.05, 0.1, 0.25,
                                                            0.5,  1,     2.5,  5};
  // As in LogWriteStats; those that waited in vain are among them.
  std::array<uint64_t, kBucketsSeconds.size() + 1> by_bucket{};
  absl::Duration time_total;
  uint64_t failed = 0;
};

struct SharedLogStats {
  std::vector<int64_t> next_offsets;  // by partition
  // What was acknowledged longer ago is counted. Absent: it has not read up to the end yet.
  std::optional<absl::Duration> behind;
  ReadWaitStats waits;
  uint64_t replica_mismatches = 0;
  // How long this counter could be away before records that it needs are deleted. Absent: the topic
  // keeps them for ever, or it is not known.
  std::optional<absl::Duration> retention_left;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_SHARED_LOG_STATS_H_
