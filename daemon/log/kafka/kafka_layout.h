// What all fronts and counters of a topic must agree on: how many partitions it has and which
// session belongs to which. It is written once, by gmectl log create, and never changes: a session
// whose partition changed would be counted twice.
//
// The partition is a keyed hash of the session (SipHash-2-4), so nobody without the key can aim at
// one partition.
//
// Thread safety: immutable. Errors: DataLoss, the record is damaged; FailedPrecondition, it is of a
// newer version.
#ifndef GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_LAYOUT_H_
#define GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_LAYOUT_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/model/batch.h"

namespace gmewatch {

// SipHash-2-4 of the session's 16 bytes.
uint64_t KeyedHash(const std::array<uint64_t, 2>& key, const SessionId& session);

class KafkaLayout {
 public:
  static constexpr int kPartitionsMax = 1024;
  static constexpr int kReplicasMax = 9;

  // With a new random key. REQUIRES: both are from 1 to their maximum.
  static KafkaLayout Make(int partitions, int replicas);
  static absl::StatusOr<KafkaLayout> Parse(absl::string_view record);
  std::string Serialize() const;

  int partitions() const { return partitions_; }
  int replicas() const { return replicas_; }
  // How many replicas must have a record before it is acknowledged: one may be missing.
  int min_insync_replicas() const { return replicas_ > 1 ? replicas_ - 1 : 1; }
  // 32 hexadecimal digits that name the topic's layout, without showing its key.
  std::string id() const { return id_; }

  int32_t PartitionOf(const SessionId& session) const {
    return static_cast<int32_t>(KeyedHash(key_, session) % static_cast<uint64_t>(partitions_));
  }

 private:
  KafkaLayout() = default;

  int partitions_ = 0;
  int replicas_ = 0;
  std::array<uint64_t, 2> key_{};
  std::string id_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_LAYOUT_H_
