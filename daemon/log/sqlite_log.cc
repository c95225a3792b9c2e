#include "daemon/log/sqlite_log.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/log/state_dir.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kJournalFile = "/journal.db";
constexpr absl::string_view kStateFile = "/state.db";
constexpr absl::string_view kRejectedFile = "/rejected";

// An error after which a later call may succeed comes back as ResourceExhausted. Any other error is
// permanent and is stored in `failure`.
absl::Status KeepFailure(absl::Status status, absl::Status* failure) {
  if (status.ok() || absl::IsResourceExhausted(status)) return status;
  if (absl::IsUnavailable(status)) return absl::ResourceExhaustedError(status.message());
  *failure = status;
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteLog>> SqliteLog::Open(const std::string& state_dir) {
  absl::Status status = PrepareStateDir(state_dir);
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<EpochTable>> epochs =
      EpochTable::Open(absl::StrCat(state_dir, kJournalFile));
  if (!epochs.ok()) return epochs.status();
  absl::StatusOr<std::unique_ptr<StateTables>> state =
      StateTables::Open(absl::StrCat(state_dir, kStateFile));
  if (!state.ok()) return state.status();
  const absl::StatusOr<uint64_t> covered = (*state)->CoveredEpoch();
  if (!covered.ok()) return covered.status();
  absl::StatusOr<RejectedReserve> rejected =
      RejectedReserve::Open(absl::StrCat(state_dir, kRejectedFile));
  if (!rejected.ok()) return rejected.status();
  // SQLite syncs the directory for a new WAL, but not for files that existed before it opened them.
  status = SyncDirectory(state_dir);
  if (!status.ok()) return status;
  return std::unique_ptr<SqliteLog>(new SqliteLog(state_dir, *std::move(epochs), *std::move(state),
                                                  *std::move(rejected), *covered));
}

SqliteLog::SqliteLog(const std::string& state_dir, std::unique_ptr<EpochTable> epochs,
                     std::unique_ptr<StateTables> state, RejectedReserve rejected, uint64_t covered)
    : state_dir_(state_dir),
      covered_(covered),
      epochs_(std::move(epochs)),
      rejected_(std::move(rejected)),
      state_(std::move(state)) {}

absl::StatusOr<std::optional<Checkpoint>> SqliteLog::LoadCheckpoint() { return state_->Load(); }

absl::Status SqliteLog::Replay(uint64_t number,
                               const std::function<absl::Status(uint64_t, const Epoch&)>& apply) {
  return epochs_->Replay(number, apply);
}

absl::Status SqliteLog::Append(uint64_t number, const Epoch& epoch) {
  if (!append_failure_.ok()) return append_failure_;
  absl::Status status = KeepFailure(
      epochs_->Append(number, epoch, covered_.load(std::memory_order_acquire)), &append_failure_);
  if (!append_failure_.ok()) epochs_->LeaveFilesAlone();
  return status;
}

absl::Status SqliteLog::KeepRejected(uint64_t number, const RejectedByReason& rejected) {
  return rejected_.Write(number, rejected);
}

absl::StatusOr<RejectedByReason> SqliteLog::LoadRejected(uint64_t number) {
  return rejected_.Read(number);
}

absl::Status SqliteLog::SaveCheckpoint(const Checkpoint& checkpoint) {
  if (!save_failure_.ok()) return save_failure_;
  absl::Status status = KeepFailure(state_->Save(checkpoint), &save_failure_);
  if (!save_failure_.ok()) state_->LeaveFilesAlone();
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
