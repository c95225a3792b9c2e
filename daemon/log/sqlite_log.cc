#include "daemon/log/sqlite_log.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/log/state_dir.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kJournalFile = "/journal.db";
constexpr absl::string_view kStateFile = "/state.db";

// What may be tried again comes as ResourceExhausted. Everything else stays: it is kept in
// `broken`.
absl::Status Settled(absl::Status status, absl::Status* broken) {
  if (status.ok() || absl::IsResourceExhausted(status)) return status;
  if (absl::IsUnavailable(status)) return absl::ResourceExhaustedError(status.message());
  *broken = status;
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteLog>> SqliteLog::Open(const std::string& state_dir) {
  absl::Status status = PrepareStateDir(state_dir);
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<EpochTable>> journal =
      EpochTable::Open(absl::StrCat(state_dir, kJournalFile));
  if (!journal.ok()) return journal.status();
  absl::StatusOr<std::unique_ptr<SqliteCheckpoint>> checkpoint =
      SqliteCheckpoint::Open(absl::StrCat(state_dir, kStateFile));
  if (!checkpoint.ok()) return checkpoint.status();
  const absl::StatusOr<uint64_t> covered = (*checkpoint)->CoveredEpoch();
  if (!covered.ok()) return covered.status();
  // SQLite syncs the directory for a new WAL, not for the files that were made before it saw them.
  status = SyncDirectory(state_dir);
  if (!status.ok()) return status;
  return std::unique_ptr<SqliteLog>(
      new SqliteLog(state_dir, *std::move(journal), *std::move(checkpoint), *covered));
}

SqliteLog::SqliteLog(const std::string& state_dir, std::unique_ptr<EpochTable> journal,
                     std::unique_ptr<SqliteCheckpoint> checkpoint, uint64_t covered)
    : state_dir_(state_dir),
      covered_(covered),
      epochs_(std::move(journal)),
      checkpoint_(std::move(checkpoint)) {}

absl::StatusOr<std::optional<Checkpoint>> SqliteLog::LoadCheckpoint() {
  return checkpoint_->Load();
}

absl::Status SqliteLog::Replay(uint64_t number,
                               const std::function<absl::Status(uint64_t, const Epoch&)>& apply) {
  return epochs_->Replay(number, apply);
}

absl::Status SqliteLog::Append(uint64_t number, const Epoch& epoch) {
  if (!append_broken_.ok()) return append_broken_;
  absl::Status status = Settled(
      epochs_->Append(number, epoch, covered_.load(std::memory_order_acquire)), &append_broken_);
  if (!append_broken_.ok()) epochs_->LeaveFilesAlone();
  return status;
}

absl::Status SqliteLog::SaveCheckpoint(const Checkpoint& checkpoint) {
  if (!save_broken_.ok()) return save_broken_;
  absl::Status status = Settled(checkpoint_->Save(checkpoint), &save_broken_);
  if (!save_broken_.ok()) checkpoint_->LeaveFilesAlone();
  if (status.ok()) covered_.store(checkpoint.epoch, std::memory_order_release);
  return status;
}

uint64_t SqliteLog::SizeBytes() {
  uint64_t bytes = 0;
  for (const absl::string_view file : {kJournalFile, kStateFile}) {
    for (const absl::string_view suffix : {"", "-wal"}) {
      struct stat found {};
      const std::string path = absl::StrCat(state_dir_, file, suffix);
      if (stat(path.c_str(), &found) == 0) bytes += static_cast<uint64_t>(found.st_size);
    }
  }
  return bytes;
}

}  // namespace gmewatch
