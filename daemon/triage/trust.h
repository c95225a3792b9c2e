// How far the numbers can be trusted right now, in words: what was rejected, lost or late in the
// last ten minutes, and what is wrong with the daemon itself.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_TRUST_H_
#define GMEWATCH_DAEMON_TRIAGE_TRUST_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "daemon/triage/history.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// The state of the daemon, as far as it affects the numbers.
struct DaemonState {
  bool ready = true;
  bool reads_log = false;  // what others write; then ready says nothing
  // What was acknowledged longer ago is counted; absent: the log was not read up to its end yet.
  std::optional<absl::Duration> log_behind = {};
  bool checkpoint_failed = false;  // the last checkpoint
  bool reload_failed = false;      // the last reload of the settings
  uint64_t sessions = 0;
  uint64_t sessions_limit = 0;
  uint64_t app_regions = 0;
  uint64_t app_regions_limit = 0;
  absl::Time running_since;
};

// Warnings come in order, the worst first.
v1::Trust TrustOf(const DaemonState& state, const RecentNumbers& recent, absl::Time now);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_TRUST_H_
