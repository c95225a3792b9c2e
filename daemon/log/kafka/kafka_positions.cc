#include "daemon/log/kafka/kafka_positions.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/clock.h"
#include "daemon/log/kafka/kafka_client.h"
#include "daemon/log/kafka/kafka_consumer.h"
#include "daemon/log/kafka/kafka_record.h"

namespace gmewatch {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(100);

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
  std::vector<KafkaOffset> before;
  before.reserve(positions.size());
  std::vector<bool> waits(positions.size());
  for (size_t i = 0; i < positions.size(); ++i) {
    if (positions[i].next_offset == 0) continue;
    before.push_back({static_cast<int32_t>(i), positions[i].next_offset - 1});
    waits[i] = true;
  }
  if (before.empty()) return absl::OkStatus();
  const absl::StatusOr<KafkaHandle> handle =
      MakeKafkaConsumer(settings, {{"auto.offset.reset", "error"},
                                   {"isolation.level", "read_uncommitted"},
                                   {"enable.partition.eof", "true"},
                                   {"fetch.wait.max.ms", "50"},
                                   // One record of each partition is all that is wanted.
                                   {"queued.min.messages", "1"},
                                   {"fetch.message.max.bytes", "1024"}});
  if (!handle.ok()) return handle.status();
  absl::Status assigned = AssignKafkaPartitions(handle->get(), settings.topic, before);
  if (!assigned.ok()) return assigned;
  size_t waiting = before.size();
  RealClock clock;
  for (const absl::Duration end = clock.Monotonic() + most; clock.Monotonic() < end;) {
    const KafkaMessage message = PollKafka(handle->get(), kPoll);
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
