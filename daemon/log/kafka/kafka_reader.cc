#include "daemon/log/kafka/kafka_reader.h"

#include <array>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"
#include "daemon/log/kafka/kafka_client.h"
#include "daemon/log/kafka/kafka_consumer.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kCopyState =
    "take the state of another counter (gmectl state copy), or start this one without a state and "
    "a log that begins "
    "with its first record";

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaReader>> KafkaReader::Start(const KafkaSettings& settings,
                                                                std::vector<int64_t> next_offsets) {
  std::unique_ptr<KafkaReader> self(new KafkaReader(settings, std::move(next_offsets)));
  absl::StatusOr<KafkaHandle> handle =
      MakeKafkaConsumer(settings,
                        {// A position that the log does not have is an error, not a new position.
                         {"auto.offset.reset", "error"},
                         {"isolation.level", "read_uncommitted"},
                         {"check.crcs", "true"},
                         {"fetch.wait.max.ms", "50"},
                         {"fetch.error.backoff.ms", "100"},
                         {"fetch.message.max.bytes", absl::StrCat(kKafkaMessageBytesMax)},
                         // Bounds the memory of what was fetched and not applied yet.
                         {"queued.min.messages", "64"},
                         {"queued.max.messages.kbytes", "65536"}});
  if (!handle.ok()) return handle.status();
  self->handle_ = *std::move(handle);
  std::vector<KafkaOffset> from;
  from.reserve(self->next_offsets_.size());
  for (const int64_t offset : self->next_offsets_) {
    from.push_back({static_cast<int32_t>(from.size()), offset});
  }
  const absl::Status assigned = AssignKafkaPartitions(self->handle_.get(), settings.topic, from);
  if (!assigned.ok()) return assigned;
  return self;
}

KafkaReader::~KafkaReader() = default;

absl::Status KafkaReader::Poll(absl::Duration most, ApplyFn apply) {
  for (int i = 0; i < kBatchMax; ++i) {
    const KafkaMessage message = PollKafka(handle_.get(), i == 0 ? most : absl::ZeroDuration());
    if (message == nullptr) return absl::OkStatus();
    absl::Status status =
        message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? Deliver(*message, apply) : ErrorOf(*message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

std::string KafkaReader::Where(int32_t partition, int64_t offset) const {
  return absl::StrCat("topic ", settings_.topic, ", partition ", partition, ", offset ", offset);
}

absl::Status KafkaReader::Deliver(const rd_kafka_message_t& message, ApplyFn apply) {
  int64_t& next = next_offsets_[static_cast<size_t>(message.partition)];
  if (message.offset != next) {
    return absl::DataLossError(absl::StrCat(
        Where(message.partition, next), ": the record is missing, the next one has offset ",
        message.offset,
        ": the log was truncated or compacted, or another program wrote transactions into it; ",
        kCopyState));
  }
  absl::Status status = CheckVersion(message);
  if (!status.ok()) return status;
  KafkaRecord record;
  record.partition = message.partition;
  record.offset = message.offset;
  record.time_ms = rd_kafka_message_timestamp(&message, nullptr);
  record.bytes = {static_cast<const char*>(message.payload), message.len};
  status = apply(record);
  if (!status.ok()) {
    return absl::Status(status.code(), absl::StrCat(Where(message.partition, message.offset), ": ",
                                                    status.message()));
  }
  ++next;
  return absl::OkStatus();
}

absl::Status KafkaReader::CheckVersion(const rd_kafka_message_t& message) const {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  int version = 0;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_get_last(headers, kKafkaVersionHeader.data(), &value, &size) !=
          RD_KAFKA_RESP_ERR_NO_ERROR ||
      !absl::SimpleAtoi(absl::string_view(static_cast<const char*>(value), size), &version) ||
      version < 1) {
    return absl::DataLossError(absl::StrCat(
        Where(message.partition, message.offset),
        ": gmewatch did not write this record; find out what else writes to this topic and take "
        "its right away, then make a new topic (gmectl log create)"));
  }
  if (version > kKafkaVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        Where(message.partition, message.offset), ": the record has version ", version,
        ", this program reads up to ", kKafkaVersion, "; update it: counters before fronts"));
  }
  return absl::OkStatus();
}

absl::Status KafkaReader::ErrorOf(const rd_kafka_message_t& message) {
  if (IsGroupError(message.err)) return absl::OkStatus();
  const auto error = static_cast<int>(message.err);
  if (error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
      error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
    return absl::DataLossError(absl::StrCat(
        Where(message.partition, next_offsets_[static_cast<size_t>(message.partition)]),
        ": the log begins after this position or ends before it: records were deleted, or the "
        "topic was truncated or made again; ",
        kCopyState));
  }
  if (error == RD_KAFKA_RESP_ERR__BAD_MSG) {
    return absl::DataLossError(
        absl::StrCat(Where(message.partition, message.offset),
                     ": the record is damaged: its checksum does not match; ", kCopyState));
  }
  absl::Status status = KafkaStatus(
      message.err, absl::StrCat("topic ", settings_.topic, ", partition ", message.partition, ": ",
                                rd_kafka_message_errstr(&message)));
  // Brokers that are away come back, and librdkafka goes on by itself.
  if (absl::IsUnavailable(status)) return absl::OkStatus();
  // Numbers above 0 are of brokers. After one that is not known here it asks again, too.
  if (absl::IsInternal(status) && error > 0) {
    if (std::exchange(said_error_, error) != error) {
      LogWarning("a broker answers with an error; it is asked again",
                 {{"error", std::string(status.message())}});
    }
    return absl::OkStatus();
  }
  return status;
}

}  // namespace gmewatch
