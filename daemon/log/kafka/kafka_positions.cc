#include "daemon/log/kafka/kafka_positions.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/clock.h"
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

// What a message says of its partition: nothing, that the record is gone, or the record.
absl::StatusOr<bool> Compare(const KafkaSettings& settings, const rd_kafka_message_t& message,
                             const KafkaPosition& position) {
  const auto error = static_cast<int>(message.err);
  if (error == RD_KAFKA_RESP_ERR__PARTITION_EOF || error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
      error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
    return true;
  }
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const absl::Status status = KafkaStatus(
        message.err, absl::StrCat("topic ", settings.topic, ", partition ", message.partition));
    if (absl::IsUnavailable(status) || IsGroupError(message.err)) return false;
    return status;
  }
  const int64_t time_ms = rd_kafka_message_timestamp(&message, nullptr);
  if (message.offset != position.next_offset - 1 || time_ms == position.time_ms) return true;
  return absl::FailedPreconditionError(absl::StrCat(
      "topic ", settings.topic, ", partition ", message.partition, ", offset ", message.offset,
      ": this is not the record that was counted there: it is of ",
      absl::FormatTime(absl::FromUnixMillis(time_ms)), ", that one was of ",
      absl::FormatTime(absl::FromUnixMillis(position.time_ms)),
      "; the topic was deleted and made again, or the state is of another cluster. For a new log "
      "give the counters an empty state directory: their counts begin again"));
}

}  // namespace

absl::Status CheckKafkaPositions(const KafkaSettings& settings,
                                 const std::vector<KafkaPosition>& positions, absl::Duration most) {
  const std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy> list(
      rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
  std::vector<bool> waits(positions.size());
  size_t waiting = 0;
  for (size_t i = 0; i < positions.size(); ++i) {
    if (positions[i].next_offset == 0) continue;
    rd_kafka_topic_partition_list_add(list.get(), settings.topic.c_str(), static_cast<int32_t>(i))
        ->offset = positions[i].next_offset - 1;
    waits[i] = true;
    ++waiting;
  }
  if (waiting == 0) return absl::OkStatus();
  const absl::StatusOr<KafkaHandle> handle =
      MakeKafkaClient(RD_KAFKA_CONSUMER, settings,
                      {{"group.id", "gmewatch"},
                       {"enable.auto.commit", "false"},
                       {"auto.offset.reset", "error"},
                       {"isolation.level", "read_uncommitted"},
                       {"enable.partition.eof", "true"},
                       {"allow.auto.create.topics", "false"},
                       {"fetch.wait.max.ms", "50"},
                       // One record of each partition is all that is wanted.
                       {"queued.min.messages", "1"},
                       {"fetch.message.max.bytes", "1024"}});
  if (!handle.ok()) return handle.status();
  rd_kafka_poll_set_consumer(handle->get());
  const rd_kafka_resp_err_t error = rd_kafka_assign(handle->get(), list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return KafkaStatus(error, absl::StrCat("topic ", settings.topic));
  }
  RealClock clock;
  for (const absl::Duration end = clock.Monotonic() + most; clock.Monotonic() < end;) {
    const std::unique_ptr<rd_kafka_message_t, Destroy> message(
        rd_kafka_consumer_poll(handle->get(), /*timeout_ms=*/100));
    if (message == nullptr) continue;
    const auto i = static_cast<size_t>(message->partition);
    if (message->partition < 0 || i >= positions.size() || !waits[i]) continue;
    const absl::StatusOr<bool> compared = Compare(settings, *message, positions[i]);
    if (!compared.ok()) return compared.status();
    if (!*compared) continue;
    waits[i] = false;
    if (--waiting == 0) return absl::OkStatus();
  }
  return KafkaStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, absl::StrCat("topic ", settings.topic));
}

}  // namespace gmewatch
