#include "daemon/log/kafka/kafka_consumer.h"

#include "absl/strings/str_cat.h"

namespace gmewatch {

absl::StatusOr<KafkaHandle> MakeKafkaConsumer(const KafkaSettings& settings,
                                              std::vector<KafkaProperty> properties) {
  const std::vector<KafkaProperty> common = {
      // librdkafka asks for one; nothing is committed to it, and nobody joins it.
      {"group.id", "gmewatch"},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"allow.auto.create.topics", "false"}};
  properties.insert(properties.end(), common.begin(), common.end());
  absl::StatusOr<KafkaHandle> handle = MakeKafkaClient(RD_KAFKA_CONSUMER, settings, properties);
  if (handle.ok()) rd_kafka_poll_set_consumer(handle->get());
  return handle;
}

absl::Status AssignKafkaPartitions(rd_kafka_t* handle, const std::string& topic,
                                   const std::vector<KafkaOffset>& from) {
  rd_kafka_topic_partition_list_t* list =
      rd_kafka_topic_partition_list_new(static_cast<int>(from.size()));
  for (const KafkaOffset& first : from) {
    rd_kafka_topic_partition_list_add(list, topic.c_str(), first.partition)->offset = first.offset;
  }
  const rd_kafka_resp_err_t error = rd_kafka_assign(handle, list);
  rd_kafka_topic_partition_list_destroy(list);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return KafkaStatus(error, absl::StrCat("topic ", topic));
}

KafkaMessage PollKafka(rd_kafka_t* handle, absl::Duration most) {
  return KafkaMessage(
      rd_kafka_consumer_poll(handle, static_cast<int>(absl::ToInt64Milliseconds(most))));
}

}  // namespace gmewatch
