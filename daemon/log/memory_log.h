// The event log of gmewatchd --in_memory: it stores nothing, so counts last as long as the process.
//
// Thread safety: every method may be called from any thread. No errors.
#ifndef GMEWATCH_DAEMON_LOG_MEMORY_LOG_H_
#define GMEWATCH_DAEMON_LOG_MEMORY_LOG_H_

#include "daemon/log/event_log.h"

namespace gmewatch {

class MemoryLog : public EventLog {
 public:
  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() override {
    return std::optional<Checkpoint>();
  }
  absl::Status Replay(
      uint64_t /*number*/,
      const std::function<absl::Status(uint64_t, const Epoch&)>& /*apply*/) override {
    return absl::OkStatus();
  }
  absl::Status Append(uint64_t /*number*/, const Epoch& /*epoch*/) override {
    return absl::OkStatus();
  }
  absl::Status SaveCheckpoint(const Checkpoint& /*checkpoint*/) override {
    return absl::OkStatus();
  }
  uint64_t SizeBytes() override { return 0; }
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_MEMORY_LOG_H_
