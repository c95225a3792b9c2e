// Whether the log still is the one that positions were taken in. A topic that was deleted and made
// again begins with offset 0: where a position is beyond its end a reader notices that by itself,
// and where it is not, only the record before the position is another one.
//
// Thread safety: free functions. Errors: FailedPrecondition, it is another log; Unavailable, no
// broker answered; others are those of KafkaStatus.
#ifndef GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_POSITIONS_H_
#define GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_POSITIONS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/log/kafka/kafka_settings.h"

namespace gmewatch {

struct KafkaPosition {
  int64_t next_offset = 0;
  int64_t time_ms = 0;  // when the broker appended the record before it
};

// Compares the record before each position, one for each partition in their order. A record that is
// no longer there, or not yet, says nothing: a reader finds out whether one is missing. Waits
// `most` for all of them together.
absl::Status CheckKafkaPositions(const KafkaSettings& settings,
                                 const std::vector<KafkaPosition>& positions, absl::Duration most);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_POSITIONS_H_
