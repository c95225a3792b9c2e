// What all our consumers have in common: partitions are assigned by hand at offsets of ours, and
// nothing is committed to Kafka. For the files of this folder, since it includes librdkafka's
// header.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_CONSUMER_H_
#define GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_CONSUMER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/log/kafka/kafka_client.h"
#include "daemon/log/kafka/kafka_handle.h"
#include "daemon/log/kafka/kafka_settings.h"

namespace gmewatch {

struct KafkaDestroyMessage {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, KafkaDestroyMessage>;

// A consumer without partitions. `properties`: beside those that all have. Errors: those of
// MakeKafkaClient.
absl::StatusOr<KafkaHandle> MakeKafkaConsumer(const KafkaSettings& settings,
                                              std::vector<KafkaProperty> properties);

struct KafkaOffset {
  int32_t partition = 0;
  int64_t offset = 0;  // the first to read, or RD_KAFKA_OFFSET_END
};

// Replaces the partitions that are read by these.
absl::Status AssignKafkaPartitions(rd_kafka_t* handle, const std::string& topic,
                                   const std::vector<KafkaOffset>& from);

// The next message, or null after `most`.
KafkaMessage PollKafka(rd_kafka_t* handle, absl::Duration most);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_CONSUMER_H_
