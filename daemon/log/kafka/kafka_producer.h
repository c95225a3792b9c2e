// Writes records to partitions of the topic. A record is written when so many replicas have it as
// the layout demands (acks=all, min.insync.replicas).
//
// A record may be written twice, and one that was reported as failed may still appear later: who
// reads them must not mind. Order within a partition is that of the calls only if a call waits for
// the one before.
//
// Thread safety: any thread may write. Errors of a write: ResourceExhausted, it was not confirmed
// within log.kafka.write_timeout, or the brokers reject it; a later write may succeed. Any other:
// the producer has failed permanently.
#ifndef GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_PRODUCER_H_
#define GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_PRODUCER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/log/kafka/kafka_handle.h"
#include "daemon/log/kafka/kafka_settings.h"

struct rd_kafka_topic_s;

namespace gmewatch {

class KafkaProducer {
 public:
  // The record's offset, or why it was not confirmed.
  using DoneFn = std::function<void(absl::StatusOr<int64_t> offset)>;

  // Connects when something is written. InvalidArgument if librdkafka does not take the settings.
  static absl::StatusOr<std::unique_ptr<KafkaProducer>> Start(const KafkaSettings& settings);
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;
  // Reports what has not been confirmed as failed.
  ~KafkaProducer();

  // Calls `done` exactly once, on the producer's thread or on this one; it must not block. The
  // bytes are copied.
  void Produce(int32_t partition, absl::string_view record, DoneFn done);

  // For a stop: what is not confirmed after this time, and what is produced from then on, fails.
  void GiveUpAfter(absl::Duration most);

  // Produces and waits.
  absl::StatusOr<int64_t> Write(int32_t partition, absl::string_view record);

 private:
  explicit KafkaProducer(const KafkaSettings& settings) : settings_(settings) {}
  void Run();

  const KafkaSettings settings_;
  KafkaHandle handle_;
  rd_kafka_topic_s* topic_ = nullptr;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> given_up_{false};
  std::atomic<int64_t> give_up_at_ns_{INT64_MAX};  // by Clock::Monotonic
  std::thread reports_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_PRODUCER_H_
