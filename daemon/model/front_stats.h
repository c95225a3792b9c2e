// What a front counts for metrics. Plain data.
#ifndef GMEWATCH_DAEMON_MODEL_FRONT_STATS_H_
#define GMEWATCH_DAEMON_MODEL_FRONT_STATS_H_

#include <array>
#include <cstdint>

#include "absl/time/time.h"
#include "daemon/model/daemon_stats.h"
#include "daemon/model/epoch.h"
#include "daemon/model/ingest_stats.h"

namespace gmewatch {

// How long writes to the shared log took, until they were confirmed or given up.
struct LogWriteStats {
  static constexpr std::array<double, 10> kBucketsSeconds = {0.002, 0.005, 0.01, 0.025, 0.05,
                                                             0.1,   0.25,  1,    5,     30};
  // The number of writes that took at most kBucketsSeconds[i] and more than the bucket before; the
  // last one has the others.
  std::array<uint64_t, kBucketsSeconds.size() + 1> by_bucket{};
  absl::Duration time_total;
  uint64_t failed = 0;
};

struct FrontStats {
  LogWriteStats writes;  // of all lanes
  uint64_t lanes = 0;
  uint64_t lanes_stalled = 0;
  uint64_t batches_written = 0;
  RejectedByReason rejected{};
  uint64_t pending_bytes = 0;
  uint64_t sessions = 0;
  IngestStats ingest;
  DaemonStats daemon;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_FRONT_STATS_H_
