// Makes clients of librdkafka from the settings, and puts its errors and log lines into ours. For
// the files of this folder, since it includes librdkafka's header.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_CLIENT_H_
#define GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_CLIENT_H_

#include <librdkafka/rdkafka.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/log/kafka/kafka_handle.h"
#include "daemon/log/kafka/kafka_settings.h"

namespace gmewatch {

using KafkaProperty = std::pair<const char*, std::string>;
using KafkaReportFn = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void*);

// A client that has not connected yet. `report`: called for each record produced, from a poll; null
// for others. InvalidArgument if librdkafka does not take a property: the text names it.
absl::StatusOr<KafkaHandle> MakeKafkaClient(rd_kafka_type_t type, const KafkaSettings& settings,
                                            const std::vector<KafkaProperty>& properties,
                                            KafkaReportFn report = nullptr);

// The error as a status of a code that fits: Unavailable if no broker answered or it may pass by
// itself, NotFound, PermissionDenied; any other is Internal. Never FailedPrecondition or DataLoss,
// which mean that the topic is wrong. `what` begins the text.
absl::Status KafkaStatus(rd_kafka_resp_err_t error, absl::string_view what);

// Whether the error is about the consumer group, of which we use nothing: librdkafka asks for its
// coordinator all the same, and the brokers may not allow even that.
bool IsGroupError(rd_kafka_resp_err_t error);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_CLIENT_H_
