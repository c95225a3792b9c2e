// Keeps epochs and checkpoints in two SQLite files of a directory: journal.db, one row for each
// epoch since the checkpoint, and state.db, the checkpoint in tables that a person can query
// (error_events is the view to begin with). Two files, because SQLite has one writer for each and a
// commit must not wait for a checkpoint.
//
// Thread safety and errors: as EventLog says. What is on the disk after a crash is always a whole
// number of epochs and a whole checkpoint.
#ifndef GMEWATCH_DAEMON_LOG_SQLITE_LOG_H_
#define GMEWATCH_DAEMON_LOG_SQLITE_LOG_H_

#include <atomic>
#include <memory>
#include <string>

#include "daemon/log/event_log.h"
#include "daemon/log/sqlite_db.h"

namespace gmewatch {

class SqliteLog final : public EventLog {
 public:
  // Makes what is not there yet. `state_dir` must be a directory that belongs to this process alone
  // (StateLock).
  static absl::StatusOr<std::unique_ptr<SqliteLog>> Open(const std::string& state_dir);

  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() override;
  absl::Status Replay(uint64_t number,
                      const std::function<absl::Status(uint64_t, const Epoch&)>& apply) override;
  absl::Status Append(uint64_t number, const Epoch& epoch) override;
  absl::Status SaveCheckpoint(const Checkpoint& checkpoint) override;
  uint64_t SizeBytes() override { return bytes_.load(std::memory_order_relaxed); }

 private:
  SqliteLog(SqliteDb journal, SqliteDb state);

  // Append's thread alone; Replay's before it.
  SqliteDb journal_;
  std::unique_ptr<SqliteStatement> insert_;
  std::unique_ptr<SqliteStatement> drop_;
  std::string record_;
  uint64_t dropped_ = 0;  // no epoch up to this one is left

  // SaveCheckpoint's thread alone.
  SqliteDb state_;

  // Epochs up to this one are in the checkpoint: Append drops them, a few at a time.
  std::atomic<uint64_t> covered_{0};
  // Of records since the checkpoint.
  std::atomic<uint64_t> bytes_{0};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_SQLITE_LOG_H_
