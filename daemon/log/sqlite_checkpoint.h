// The state of a counter: state.db of the state directory alone, since its log is elsewhere. The
// positions up to which the log was counted are in the transaction that has the counts.
//
// Thread safety: that of CheckpointStore. At most one may be open in a directory: hold a StateLock
// meanwhile. Errors: FailedPrecondition, the directory has the state of
// a daemon that keeps its own log; DataLoss, the file is damaged; others are those of the file.
#ifndef GMEWATCH_DAEMON_LOG_SQLITE_CHECKPOINT_H_
#define GMEWATCH_DAEMON_LOG_SQLITE_CHECKPOINT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/log/checkpoint_store.h"
#include "daemon/log/state_tables.h"

namespace gmewatch {

class SqliteCheckpoint final : public CheckpointStore {
 public:
  // Creates the directory and the file, for this user alone, if they are absent. What the file
  // holds is durable afterwards.
  static absl::StatusOr<std::unique_ptr<SqliteCheckpoint>> Open(const std::string& state_dir);

  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() override;
  absl::Status SaveCheckpoint(const Checkpoint& checkpoint) override;
  absl::StatusOr<uint64_t> CountStart() override { return state_->CountStart(); }

 private:
  SqliteCheckpoint(std::string path, std::unique_ptr<StateTables> state)
      : path_(std::move(path)), state_(std::move(state)) {}
  absl::Status SayWhatToDo(const absl::Status& status) const;

  const std::string path_;
  std::unique_ptr<StateTables> state_;
  absl::Status failure_;  // permanent
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_SQLITE_CHECKPOINT_H_
