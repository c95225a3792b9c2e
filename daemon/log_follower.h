// Reads the shared log on a thread of its own and hands each record over, until it cannot go on.
//
// Thread safety: Stop from one thread. The functions are called on the follower's thread; what they
// reach must outlive it.
#ifndef GMEWATCH_DAEMON_LOG_FOLLOWER_H_
#define GMEWATCH_DAEMON_LOG_FOLLOWER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/log/kafka/kafka_reader.h"
#include "daemon/log/kafka/kafka_settings.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

struct LogFollowerParts {
  // Counts a record. Its error ends the following.
  std::function<absl::Status(const KafkaRecord& at, Epoch epoch)> apply;
  // Nothing more is read, because of this: a record is missing, damaged, foreign or newer.
  std::function<void(const absl::Status&)> fail;
  // Once a second while it lives.
  std::function<void()> alive;
};

class LogFollower {
 public:
  // `next_offsets`: of each partition. Errors: those of KafkaReader::Start.
  static absl::StatusOr<std::unique_ptr<LogFollower>> Start(const KafkaSettings& settings,
                                                            std::vector<int64_t> next_offsets,
                                                            LogFollowerParts parts);
  LogFollower(const LogFollower&) = delete;
  LogFollower& operator=(const LogFollower&) = delete;
  // Stops.
  ~LogFollower();

  // After the record in hand. Idempotent.
  void Stop();

 private:
  LogFollower(std::unique_ptr<KafkaReader> reader, LogFollowerParts parts)
      : reader_(std::move(reader)), parts_(std::move(parts)) {}
  void Run();
  absl::Status Apply(const KafkaRecord& record);

  RealClock clock_;
  absl::Duration said_alive_ = -absl::InfiniteDuration();
  const std::unique_ptr<KafkaReader> reader_;
  const LogFollowerParts parts_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_FOLLOWER_H_
