// Reads the numbers of the process_* metrics from Linux.
//
// Thread safety: any thread. A number that cannot be read is absent, or 0 of the others.
#ifndef GMEWATCH_DAEMON_EXPOSE_PROCESS_STATS_H_
#define GMEWATCH_DAEMON_EXPOSE_PROCESS_STATS_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace gmewatch {

struct ProcessStats {
  absl::Duration cpu;
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  uint64_t open_fds = 0;
  uint64_t max_fds = 0;
  uint64_t threads = 0;
  // Worked out once, so it does not move with the wall clock.
  std::optional<absl::Time> start;
};

ProcessStats ReadProcessStats();

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_PROCESS_STATS_H_
