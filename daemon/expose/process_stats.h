// Reads the numbers of the process_* metrics from Linux.
//
// Thread safety: any thread. A number that cannot be read is 0.
#ifndef GMEWATCH_DAEMON_EXPOSE_PROCESS_STATS_H_
#define GMEWATCH_DAEMON_EXPOSE_PROCESS_STATS_H_

#include <cstdint>

#include "absl/time/time.h"

namespace gmewatch {

struct ProcessStats {
  absl::Duration cpu;
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  uint64_t open_fds = 0;
  uint64_t max_fds = 0;
  uint64_t threads = 0;
  absl::Time start = absl::UnixEpoch();
};

ProcessStats ReadProcessStats();

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_PROCESS_STATS_H_
