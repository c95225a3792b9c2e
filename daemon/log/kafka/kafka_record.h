// What a message of the topic is, beside its value, which is an EpochRecord: the header "v" says
// that gmewatch wrote it and in which version of the format. A reader stops at anything else.
#ifndef GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_RECORD_H_
#define GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_RECORD_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace gmewatch {

inline constexpr absl::string_view kKafkaVersionHeader = "v";
inline constexpr int kKafkaVersion = 1;

// The largest value that is written, and what the topic must take (max.message.bytes): the rest is
// for what Kafka adds.
inline constexpr size_t kKafkaRecordBytesMax = size_t{1} << 20;
inline constexpr size_t kKafkaMessageBytesMax = size_t{2} << 20;

struct KafkaRecord {
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t time_ms = 0;      // the leader's clock when it appended the record
  absl::string_view bytes;  // valid during the call that it is passed to
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_RECORD_H_
