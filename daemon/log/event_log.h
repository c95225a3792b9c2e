// Stores epochs and checkpoints. Its callers do not know whether that is in memory or in SQLite.
//
// Thread safety: one thread appends (the committer), one saves checkpoints, both may do so at once.
// LoadCheckpoint and Replay come before either.
//
// Errors: ResourceExhausted, there is no room: nothing of this call was stored and a later call may
// succeed; DataLoss, the stored data is damaged; any other: the event log has failed permanently
// and the process must restart, because it is not known what has reached the disk.
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

  // The newest checkpoint, complete; nullopt in a new log.
  virtual absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() = 0;

  // Calls `apply` for each epoch after `number`, in order. Stops at the first error of `apply` and
  // returns it.
  virtual absl::Status Replay(uint64_t number,
                              const std::function<absl::Status(uint64_t, const Epoch&)>& apply) = 0;

  // If it returns Ok the epoch survives a crash. REQUIRES: numbers rise by one from call to call.
  virtual absl::Status Append(uint64_t number, const Epoch& epoch) = 0;

  // Keeps over a crash what was rejected since the last epoch, when that epoch's successor `number`
  // cannot be appended: it needs no new space. Replaces what was kept before. The thread that
  // appends calls it.
  virtual absl::Status KeepRejected(uint64_t /*number*/, const RejectedByReason& /*rejected*/) {
    return absl::OkStatus();
  }
  // What was kept for epoch `number`; nothing if that epoch was appended after all.
  virtual absl::StatusOr<RejectedByReason> LoadRejected(uint64_t /*number*/) {
    return RejectedByReason{};
  }

  // Merges the checkpoint into the previous one and drops the epochs up to checkpoint.epoch; both
  // are atomic.
  virtual absl::Status SaveCheckpoint(const Checkpoint& checkpoint) = 0;

  // Counts a start of the process and returns how many there were, with this one. After
  // LoadCheckpoint. An error means only that the number is not known.
  virtual absl::StatusOr<uint64_t> CountStart() { return 1; }

  // Bytes on disk, for gmewatch_journal_size_bytes; 0 in memory. Any thread may call it.
  virtual uint64_t SizeBytes() = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_EVENT_LOG_H_
