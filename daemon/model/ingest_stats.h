// What the ports for clients count for metrics. Plain data.
#ifndef GMEWATCH_DAEMON_MODEL_INGEST_STATS_H_
#define GMEWATCH_DAEMON_MODEL_INGEST_STATS_H_

#include <cstdint>

namespace gmewatch {

struct IngestStats {
  uint64_t streams = 0;                // open ones
  uint64_t calls_without_message = 0;  // that were ended
  uint64_t connect_connections = 0;    // open ones
  uint64_t connect_connections_limit = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_INGEST_STATS_H_
