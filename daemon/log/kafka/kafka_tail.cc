#include "daemon/log/kafka/kafka_tail.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/log/kafka/kafka_client.h"
#include "daemon/log/kafka/kafka_record.h"

namespace gmewatch {
namespace {

struct Destroy {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaTail>> KafkaTail::Start(const KafkaSettings& settings,
                                                            int32_t partition) {
  absl::StatusOr<KafkaHandle> handle =
      MakeKafkaClient(RD_KAFKA_CONSUMER, settings,
                      {{"group.id", "gmewatch"},
                       {"enable.auto.commit", "false"},
                       {"enable.auto.offset.store", "false"},
                       // Also when its place was deleted meanwhile.
                       {"auto.offset.reset", "latest"},
                       {"isolation.level", "read_uncommitted"},
                       {"allow.auto.create.topics", "false"},
                       {"fetch.message.max.bytes", absl::StrCat(kKafkaMessageBytesMax)},
                       {"queued.min.messages", "1"},
                       {"queued.max.messages.kbytes", "4096"}});
  if (!handle.ok()) return handle.status();
  rd_kafka_poll_set_consumer(handle->get());
  const std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy> list(
      rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), settings.topic.c_str(), partition)->offset =
      RD_KAFKA_OFFSET_END;
  const rd_kafka_resp_err_t error = rd_kafka_assign(handle->get(), list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return KafkaStatus(error, absl::StrCat("topic ", settings.topic));
  }
  return std::unique_ptr<KafkaTail>(new KafkaTail(settings.topic, *std::move(handle)));
}

absl::Status KafkaTail::Poll(absl::Duration most, absl::FunctionRef<void(absl::string_view)> use) {
  const std::unique_ptr<rd_kafka_message_t, Destroy> message(
      rd_kafka_consumer_poll(handle_.get(), static_cast<int>(absl::ToInt64Milliseconds(most))));
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
