#include "daemon/log/kafka/kafka_tail.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/log/kafka/kafka_client.h"
#include "daemon/log/kafka/kafka_consumer.h"
#include "daemon/log/kafka/kafka_record.h"

namespace gmewatch {

absl::StatusOr<std::unique_ptr<KafkaTail>> KafkaTail::Start(const KafkaSettings& settings,
                                                            int32_t partition) {
  absl::StatusOr<KafkaHandle> handle =
      MakeKafkaConsumer(settings,
                        {// Also when its place was deleted meanwhile.
                         {"auto.offset.reset", "latest"},
                         {"isolation.level", "read_uncommitted"},
                         {"fetch.message.max.bytes", absl::StrCat(kKafkaMessageBytesMax)},
                         {"queued.min.messages", "1"},
                         {"queued.max.messages.kbytes", "4096"}});
  if (!handle.ok()) return handle.status();
  const absl::Status assigned =
      AssignKafkaPartitions(handle->get(), settings.topic, {{partition, RD_KAFKA_OFFSET_END}});
  if (!assigned.ok()) return assigned;
  return std::unique_ptr<KafkaTail>(new KafkaTail(settings.topic, *std::move(handle)));
}

absl::Status KafkaTail::Poll(absl::Duration most, absl::FunctionRef<void(absl::string_view)> use) {
  const KafkaMessage message = PollKafka(handle_.get(), most);
  if (message == nullptr) return absl::OkStatus();
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    use({static_cast<const char*>(message->payload), message->len});
    return absl::OkStatus();
  }
  if (IsGroupError(message->err)) return absl::OkStatus();
  const absl::Status status = KafkaStatus(message->err, absl::StrCat("topic ", topic_));
  return absl::IsPermissionDenied(status) ? status : absl::OkStatus();
}

}  // namespace gmewatch
