// Stores the newest checkpoint.
//
// Thread safety: one thread saves; LoadCheckpoint comes before. Errors: ResourceExhausted, there is
// no room: nothing was stored and a later call may succeed; DataLoss, the stored data is damaged;
// any other: the store has failed permanently.
#ifndef GMEWATCH_DAEMON_LOG_CHECKPOINT_STORE_H_
#define GMEWATCH_DAEMON_LOG_CHECKPOINT_STORE_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/model/checkpoint.h"

namespace gmewatch {

class CheckpointStore {
 public:
  CheckpointStore() = default;
  CheckpointStore(const CheckpointStore&) = delete;
  CheckpointStore& operator=(const CheckpointStore&) = delete;
  virtual ~CheckpointStore() = default;

  // The newest checkpoint, complete; nullopt in a new store.
  virtual absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() = 0;

  // Merges the checkpoint into the previous one; that is atomic.
  virtual absl::Status SaveCheckpoint(const Checkpoint& checkpoint) = 0;

  // Counts a start of the process and returns how many there were, with this one. After
  // LoadCheckpoint. An error means only that the number is not known.
  virtual absl::StatusOr<uint64_t> CountStart() { return 1; }
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_CHECKPOINT_STORE_H_
