// Follows all partitions of the topic, each from a given position, and delivers every record
// exactly once and in the order of its partition.
//
// Thread safety: none; one thread polls. Brokers that are away, and leaders that move, are waited
// for. Errors, all of which say where, and what to do; the reader must not be used after one:
//   DataLoss: a record is missing (the log begins after the position, ends before it, or has a
//   gap), is damaged, or was not written by gmewatch.
//   FailedPrecondition: a record is of a newer version.
//   NotFound, PermissionDenied: there is no such topic, or the process may not read it.
//   Internal: librdkafka cannot go on.
#ifndef GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_READER_H_
#define GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/log/kafka/kafka_handle.h"
#include "daemon/log/kafka/kafka_record.h"
#include "daemon/log/kafka/kafka_settings.h"

struct rd_kafka_message_s;

namespace gmewatch {

class KafkaReader {
 public:
  // Its errors are returned by Poll.
  using ApplyFn = absl::FunctionRef<absl::Status(const KafkaRecord&)>;

  // `next_offsets` has one position for each partition of the layout: the offset of the first
  // record to deliver, 0 in a new topic. What else the partitions have must not be skipped: there
  // is no "from the end".
  static absl::StatusOr<std::unique_ptr<KafkaReader>> Start(const KafkaSettings& settings,
                                                            std::vector<int64_t> next_offsets);
  KafkaReader(const KafkaReader&) = delete;
  KafkaReader& operator=(const KafkaReader&) = delete;
  ~KafkaReader();

  // Waits up to `most` for a record, then delivers it and those that are here already, kBatchMax at
  // most. Ok without one.
  absl::Status Poll(absl::Duration most, ApplyFn apply);
  static constexpr int kBatchMax = 256;

  // The offset after the last record delivered of each partition.
  const std::vector<int64_t>& next_offsets() const { return next_offsets_; }

 private:
  KafkaReader(const KafkaSettings& settings, std::vector<int64_t> next_offsets)
      : settings_(settings), next_offsets_(std::move(next_offsets)) {}
  absl::Status Deliver(const rd_kafka_message_s& message, ApplyFn apply);
  absl::Status CheckVersion(const rd_kafka_message_s& message) const;
  absl::Status ErrorOf(const rd_kafka_message_s& message);
  // "PARTITION of TOPIC, offset N".
  std::string Where(int32_t partition, int64_t offset) const;

  const KafkaSettings settings_;
  std::vector<int64_t> next_offsets_;
  int said_error_ = 0;  // the last one that was logged
  KafkaHandle handle_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_READER_H_
