// The daemon about itself, and the process: the gmewatch_* and process_* metrics that are read, not
// counted here.
//
// Thread safety: Collect may be called from any thread, and calls `read` there. Nothing is kept
// between calls.
#ifndef GMEWATCH_DAEMON_EXPOSE_SELF_METRICS_H_
#define GMEWATCH_DAEMON_EXPOSE_SELF_METRICS_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/time/time.h"
#include "daemon/log/committer.h"
#include "daemon/model/annotate_stats.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

// Filled by the daemon from its parts. metric_names.h has the meanings.
struct SelfStats {
  uint64_t batches_counted = 0;
  uint64_t batches_duplicate = 0;
  RejectedByReason rejected{};
  uint64_t streams = 0;
  uint64_t sessions = 0;
  uint64_t sessions_limit = 0;
  uint64_t app_regions = 0;
  uint64_t app_regions_limit = 0;
  CommitterStats committer;
  uint64_t journal_size_bytes = 0;
  absl::Duration recovery_duration;
  uint64_t checkpoints = 0;
  uint64_t failed_checkpoints = 0;
  bool checkpoint_last_failed = false;
  absl::Time checkpoint_last_success = absl::UnixEpoch();
  absl::Duration checkpoint_duration;
  absl::Duration detector_tick_duration;
  uint64_t watched_series = 0;
  uint64_t incidents = 0;
  AnnotateStats annotate;
  uint64_t config_reloads = 0;
  uint64_t failed_config_reloads = 0;
  bool config_last_reload_successful = true;
  bool ready = false;
};

class SelfMetrics final : public prometheus::Collectable {
 public:
  using ReadFn = std::function<SelfStats()>;

  explicit SelfMetrics(ReadFn read) : read_(std::move(read)) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const ReadFn read_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_SELF_METRICS_H_
