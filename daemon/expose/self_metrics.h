// The daemon's metrics about itself and its process: gmewatch_* and process_*, except for those of
// scrapes, which MetricsPage counts.
//
// Thread safety: a pure function.
#ifndef GMEWATCH_DAEMON_EXPOSE_SELF_METRICS_H_
#define GMEWATCH_DAEMON_EXPOSE_SELF_METRICS_H_

#include <prometheus/metric_family.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/aggregate/aggregate.h"
#include "daemon/expose/admin_server.h"
#include "daemon/expose/process_stats.h"
#include "daemon/log/committer.h"
#include "daemon/model/annotate_stats.h"
#include "daemon/model/daemon_stats.h"
#include "daemon/model/ingest_stats.h"
#include "daemon/model/shared_log_stats.h"

namespace gmewatch {

// What the parts of the daemon count. metric_names.h says how each number is shown.
struct SelfStats {
  AggregateStats aggregate;
  CommitterStats committer;
  CheckpointStats checkpoints;
  DetectorStats detector;
  AnnotateStats annotate;
  DaemonStats daemon;
  // Present in a counter, which takes no batches.
  std::optional<SharedLogStats> shared_log;
  IngestStats ingest;
  uint64_t journal_size_bytes = 0;
};

std::vector<prometheus::MetricFamily> SelfFamilies(const SelfStats& stats,
                                                   const ProcessStats& process);

// The page of those of them that say how this process does, and nothing of the counts, in the
// format that the reader asks for. Two processes that count the same are both scraped for it.
AdminResponse OwnMetrics(const SelfStats& stats, const IncomingRequest& request);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_SELF_METRICS_H_
