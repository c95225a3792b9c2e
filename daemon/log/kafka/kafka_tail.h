// What is appended to one partition from now on, for a process that may miss some of it: it keeps
// no position, waits for brokers that are away, and goes on behind what it could not read.
//
// Thread safety: none; one thread polls. Errors of Poll: PermissionDenied, the process may not read
// the topic; others mean that librdkafka cannot go on.
#ifndef GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_TAIL_H_
#define GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_TAIL_H_

#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/log/kafka/kafka_handle.h"
#include "daemon/log/kafka/kafka_settings.h"

namespace gmewatch {

class KafkaTail {
 public:
  static absl::StatusOr<std::unique_ptr<KafkaTail>> Start(const KafkaSettings& settings,
                                                          int32_t partition);
  KafkaTail(const KafkaTail&) = delete;
  KafkaTail& operator=(const KafkaTail&) = delete;

  // Waits up to `most` for a record and hands over its value, if one came.
  absl::Status Poll(absl::Duration most, absl::FunctionRef<void(absl::string_view)> use);

 private:
  KafkaTail(std::string topic, KafkaHandle handle)
      : topic_(std::move(topic)), handle_(std::move(handle)) {}

  const std::string topic_;
  KafkaHandle handle_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_TAIL_H_
