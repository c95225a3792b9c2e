// The event log in two SQLite files of the state directory: journal.db holds the epochs, state.db
// the checkpoint. They are two so that saving a checkpoint never makes a commit wait.
//
// Thread safety: as event_log.h says: one thread appends and owns journal.db, one saves and owns
// state.db. At most one SqliteLog may be open in a directory: hold a StateLock meanwhile.
//
// Lifetime: closing it (from one thread, when the others have stopped) moves the WAL files'
// contents into the main files.
//
// Limits: between checkpoints journal.db grows without one; its size after that is kept for the
// next epochs. A program that reads a file for long makes the WAL beside it grow meanwhile. A
// journal.db-wal that is damaged on disk cannot be told from one that a crash cut off: what it held
// from there on is missing. A full disk: epochs are taken as long as dropped ones leave room in the
// files; when those are full too, room must come from elsewhere, since SQLite needs some to free
// any.
//
// Errors: those of event_log.h; Open also FailedPrecondition, the directory or a file cannot be
// used or was written by a newer version. ResourceExhausted also stands for a file that another
// program kept locked for SqliteConnection::kBusyTimeout. After an error that is neither that nor
// Ok, Append and SaveCheckpoint repeat it.
#ifndef GMEWATCH_DAEMON_LOG_SQLITE_LOG_H_
#define GMEWATCH_DAEMON_LOG_SQLITE_LOG_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/log/epoch_table.h"
#include "daemon/log/event_log.h"
#include "daemon/log/sqlite_checkpoint.h"

namespace gmewatch {

class SqliteLog final : public EventLog {
 public:
  // Creates the directory and the files, for this user alone, where they are absent.
  static absl::StatusOr<std::unique_ptr<SqliteLog>> Open(const std::string& state_dir);

  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() override;
  // REQUIRES: `number` is 0 or an epoch that a saved checkpoint ended with.
  absl::Status Replay(uint64_t number,
                      const std::function<absl::Status(uint64_t, const Epoch&)>& apply) override;
  absl::Status Append(uint64_t number, const Epoch& epoch) override;
  // Marks the covered epochs; the next calls of Append drop them (epoch_table.h).
  absl::Status SaveCheckpoint(const Checkpoint& checkpoint) override;
  uint64_t SizeBytes() override;

 private:
  SqliteLog(const std::string& state_dir, std::unique_ptr<EpochTable> journal,
            std::unique_ptr<SqliteCheckpoint> checkpoint, uint64_t covered);

  const std::string state_dir_;
  // The last epoch of the checkpoint: from the thread that saves to the one that appends.
  std::atomic<uint64_t> covered_;

  // Of the thread that appends.
  std::unique_ptr<EpochTable> epochs_;
  absl::Status append_broken_;

  // Of the thread that saves.
  std::unique_ptr<SqliteCheckpoint> checkpoint_;
  absl::Status save_broken_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_SQLITE_LOG_H_
