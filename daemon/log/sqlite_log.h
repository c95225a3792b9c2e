// The event log in two SQLite files of the state directory: journal.db holds the epochs, state.db
// the checkpoint. With two files a commit never waits while a checkpoint is saved. A third one,
// `rejected`, is written while the disk is full (rejected_reserve.h).
//
// Thread safety: as event_log.h says: one thread appends and owns journal.db, one saves and owns
// state.db. At most one SqliteLog may be open in a directory: hold a StateLock meanwhile.
//
// Lifetime: destroy it from one thread, after the others have stopped. That moves the contents of
// the WAL files into the main files.
//
// Limits: journal.db grows without limit between checkpoints. Afterwards it shrinks if it has much
// free space (SqliteConnection::GiveBackSpace); otherwise the next epochs use that. While another
// program reads a file, the WAL of that file grows. SQLite takes a journal.db-wal that is damaged
// for one that a crash cut off; a start notices that the epochs from there on are missing
// (epoch_mark.h), but not if power was lost as well. A full disk: epochs are taken as long as
// dropped ones leave space in the files; after that, space must come from elsewhere, since SQLite
// needs some to free any.
//
// Errors: those of event_log.h. Open also returns FailedPrecondition if the directory or a file
// cannot be used or was written by a newer version. ResourceExhausted also means that another
// program kept a file locked for SqliteConnection::kBusyTimeout. After any other error Append and
// SaveCheckpoint return the same error again.
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
#include "daemon/log/epoch_mark.h"
#include "daemon/log/epoch_table.h"
#include "daemon/log/event_log.h"
#include "daemon/log/rejected_reserve.h"
#include "daemon/log/state_tables.h"

namespace gmewatch {

class SqliteLog final : public EventLog {
 public:
  // Creates the directory and the files, for this user alone, if they are absent. Whatever the
  // files hold is durable afterwards. DataLoss if a file is damaged, missing or of another state.
  static absl::StatusOr<std::unique_ptr<SqliteLog>> Open(const std::string& state_dir);

  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() override;
  // REQUIRES: `number` is 0 or the last epoch of a saved checkpoint.
  absl::Status Replay(uint64_t number,
                      const std::function<absl::Status(uint64_t, const Epoch&)>& apply) override;
  absl::Status Append(uint64_t number, const Epoch& epoch) override;
  absl::Status KeepRejected(uint64_t number, const RejectedByReason& rejected) override;
  absl::StatusOr<RejectedByReason> LoadRejected(uint64_t number) override;
  // Marks the covered epochs; the next calls of Append drop them (epoch_table.h).
  absl::Status SaveCheckpoint(const Checkpoint& checkpoint) override;
  absl::StatusOr<uint64_t> CountStart() override { return state_->CountStart(); }
  uint64_t SizeBytes() override;

 private:
  SqliteLog(const std::string& state_dir, std::unique_ptr<EpochTable> epochs,
            std::unique_ptr<EpochMark> mark, std::unique_ptr<StateTables> state,
            RejectedReserve rejected, uint64_t covered);
  static absl::StatusOr<std::unique_ptr<SqliteLog>> OpenFiles(const std::string& state_dir);

  const std::string state_dir_;
  // The last epoch of the checkpoint. The thread that saves writes it, the one that appends reads
  // it.
  std::atomic<uint64_t> covered_;

  // For the thread that appends.
  std::unique_ptr<EpochTable> epochs_;
  std::unique_ptr<EpochMark> mark_;
  RejectedReserve rejected_;
  absl::Status append_failure_;  // permanent

  // For the thread that saves.
  std::unique_ptr<StateTables> state_;
  absl::Status save_failure_;  // permanent
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_SQLITE_LOG_H_
