// Where epochs and checkpoints are kept. Nothing behind it knows whether that is memory, SQLite or,
// later, Kafka.
//
// Thread safety: one thread appends (the committer), one saves checkpoints; both at once is
// allowed. Load and Replay come before either. Errors: ResourceExhausted, there is no room: nothing
// of this call was kept and a later call may succeed; DataLoss, what was stored is damaged; any
// other: the log cannot go on and the process must restart, because what has reached the disk is
// not known.
#ifndef GMEWATCH_DAEMON_LOG_EVENT_LOG_H_
#define GMEWATCH_DAEMON_LOG_EVENT_LOG_H_

#include <cstdint>
#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/model/checkpoint.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

class EventLog {
 public:
  EventLog() = default;
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;
  virtual ~EventLog() = default;

  // The newest checkpoint, whole; none in a new log.
  virtual absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() = 0;

  // Calls `apply` for each epoch after `number`, in order; ends with its first error.
  virtual absl::Status Replay(uint64_t number,
                              const std::function<absl::Status(uint64_t, const Epoch&)>& apply) = 0;

  // When it returns Ok the epoch survives a crash. REQUIRES: numbers rise by one from call to call.
  virtual absl::Status Append(uint64_t number, const Epoch& epoch) = 0;

  // Merges the checkpoint into the one before and drops the epochs up to checkpoint.epoch, each at
  // once or not at all.
  virtual absl::Status SaveCheckpoint(const Checkpoint& checkpoint) = 0;

  // Bytes on disk, for gmewatch_journal_size_bytes; 0 for memory. From any thread.
  virtual uint64_t SizeBytes() = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_EVENT_LOG_H_
