// What the parts of the daemon's root count for metrics. Plain data.
#ifndef GMEWATCH_DAEMON_MODEL_DAEMON_STATS_H_
#define GMEWATCH_DAEMON_MODEL_DAEMON_STATS_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "daemon/model/danger.h"

namespace gmewatch {

struct CheckpointStats {
  uint64_t saved = 0;
  uint64_t failed = 0;
  bool last_failed = false;
  absl::Time last_success = absl::UnixEpoch();
  absl::Duration last_duration;  // of the last one that was saved
};

struct DetectorStats {
  absl::Duration tick_duration;  // of the last tick
  uint64_t series = 0;           // series and roll-ups that are watched
  uint64_t incidents = 0;        // active ones
};

struct DaemonStats {
  bool ready = false;
  absl::Duration recovery_duration;
  uint64_t sessions_limit = 0;
  uint64_t app_regions_limit = 0;
  uint64_t reloads = 0;
  uint64_t failed_reloads = 0;
  bool last_reload_ok = true;
  uint64_t dropped_log_lines = 0;
  Dangers dangers{};
  absl::Duration uptime;
  std::optional<uint64_t> starts;  // of this state; absent: not known
  uint64_t largest_series_events = 0;
  uint64_t shared_sessions = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_DAEMON_STATS_H_
