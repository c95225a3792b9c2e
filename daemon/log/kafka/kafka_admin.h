// What gmectl log create and the check at a start ask the brokers: metadata, configuration, the
// first record of a topic; and making a topic. For the files of this folder.
//
// Thread safety: none. Errors: those of kafka_topic.h.
#ifndef GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_ADMIN_H_
#define GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_ADMIN_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/log/kafka/kafka_handle.h"
#include "daemon/log/kafka/kafka_settings.h"

namespace gmewatch {

// A topic as the brokers have it.
struct KafkaTopicShape {
  int partitions = 0;
  int replicas_min = 0;  // of the partition that has the fewest
  bool has_leaders = false;
};

class KafkaAdmin {
 public:
  // Each call waits `most` for an answer.
  static absl::StatusOr<KafkaAdmin> Connect(const KafkaSettings& settings, absl::Duration most);

  // NotFound if there is no such topic.
  absl::StatusOr<KafkaTopicShape> Shape(const std::string& topic);
  // The topic's configuration, defaults included.
  absl::StatusOr<std::map<std::string, std::string>> Config(const std::string& topic);
  // Ok if it exists already, or somebody makes it meanwhile. Waits until each partition has a
  // leader.
  absl::Status Create(const std::string& topic, int partitions, int replicas,
                      const std::map<std::string, std::string>& config);
  // The value of the first record of partition 0; nothing if it has none.
  absl::StatusOr<std::optional<std::string>> FirstRecord(const std::string& topic);

 private:
  KafkaAdmin(std::string brokers, absl::Duration most, KafkaHandle handle)
      : brokers_(std::move(brokers)), most_(most), handle_(std::move(handle)) {}
  absl::Status AwaitLeaders(const std::string& topic, int partitions);

  std::string brokers_;
  absl::Duration most_;
  KafkaHandle handle_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_ADMIN_H_
