// The topic of the log and its layout record: made by gmectl log create, checked at every start.
//
// The layout is the first record of a topic of its own, TOPIC.layout, which keeps records for ever;
// the log's topic drops its oldest.
//
// Thread safety: free functions. They wait for brokers, so long for each answer as they are allowed
// to. Errors: Unavailable, no broker answered; NotFound, there is no such topic, or no layout;
// PermissionDenied, an ACL is missing; FailedPrecondition, the topic is not as gmectl log create
// makes it: the text names the setting, what it is and what it must be; DataLoss, the layout record
// is damaged; Internal, any other error of the brokers or librdkafka.
#ifndef GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_TOPIC_H_
#define GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_TOPIC_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/log/kafka/kafka_layout.h"
#include "daemon/log/kafka/kafka_settings.h"

namespace gmewatch {

// How long an answer is waited for.
inline constexpr absl::Duration kKafkaAdminTime = absl::Seconds(20);

struct KafkaTopicOptions {
  int partitions = 32;
  int replicas = 3;
  // How long the log is kept: so long a counter may be away, and so far a new one can read back.
  absl::Duration retention = absl::Hours(72);
};

// Makes what is missing of the topic, its layout topic and its layout record, and checks all of it.
// So a call that was interrupted can be repeated; what is there already is never changed.
absl::StatusOr<KafkaLayout> CreateKafkaTopic(const KafkaSettings& settings,
                                             const KafkaTopicOptions& options);

// Reads the layout and compares the topic with it.
absl::StatusOr<KafkaLayout> CheckKafkaTopic(const KafkaSettings& settings,
                                            absl::Duration most = kKafkaAdminTime);

// As CheckKafkaTopic, while a process uses the topic with this layout: FailedPrecondition also if
// the topic was made again.
absl::Status CheckKafkaTopicIs(const KafkaSettings& settings, const KafkaLayout& layout,
                               absl::Duration most);

// How long the log's topic keeps a record; absl::InfiniteDuration(): for ever, as far as its age
// goes.
absl::StatusOr<absl::Duration> ReadKafkaRetention(const KafkaSettings& settings,
                                                  absl::Duration most = kKafkaAdminTime);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_TOPIC_H_
