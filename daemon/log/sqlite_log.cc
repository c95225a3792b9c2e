#include "daemon/log/sqlite_log.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/log/state_dir.h"
#include "daemon/log/state_files.h"
#include "daemon/log/state_schema.h"

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

// Damage is not repaired by trying again, so the error says what to do.
absl::Status SayWhatToDo(const absl::Status& status) {
  if (!absl::IsDataLoss(status)) return status;
  return absl::DataLossError(absl::StrCat(
      status.message(),
      "; restore the state directory from a backup, or move it away to start from zero: "
      "deploy/README.md, \"Damage\", says what each costs"));
}

absl::Status CheckMark(const EpochMark& mark, absl::string_view state_id, uint64_t newest,
                       const std::string& journal) {
  if (mark.state_id() != state_id || mark.number() <= newest) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      journal, " ends with epoch ", newest, ", but ", mark.path(), " says that epoch ",
      mark.number(), " was committed: the file or its WAL is an older copy, truncated or missing"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteLog>> SqliteLog::Open(const std::string& state_dir) {
  absl::StatusOr<std::unique_ptr<SqliteLog>> log = OpenFiles(state_dir);
  if (!log.ok()) return SayWhatToDo(log.status());
  return log;
}

absl::StatusOr<std::unique_ptr<SqliteLog>> SqliteLog::OpenFiles(const std::string& state_dir) {
  absl::Status status = PrepareStateDir(state_dir);
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<SqliteConnection>> journal =
      SqliteConnection::Open(absl::StrCat(state_dir, kJournalFile), EpochTable::Schema());
  if (!journal.ok()) return journal.status();
  absl::StatusOr<std::unique_ptr<SqliteConnection>> checkpoint =
      SqliteConnection::Open(absl::StrCat(state_dir, kStateFile), StateSchema());
  if (!checkpoint.ok()) return checkpoint.status();
  auto mark = std::make_unique<EpochMark>(state_dir);
  status = PrepareStateFiles(**journal, **checkpoint, *mark, state_dir);
  if (!status.ok()) return status;
  const absl::StatusOr<std::string> id = ShareStateId(**journal, **checkpoint);
  if (!id.ok()) return id.status();
  const std::string journal_path = (*journal)->path();
  absl::StatusOr<std::unique_ptr<EpochTable>> epochs = EpochTable::Open(*std::move(journal));
  if (!epochs.ok()) return epochs.status();
  absl::StatusOr<std::unique_ptr<StateTables>> state = StateTables::Open(*std::move(checkpoint));
  if (!state.ok()) return state.status();
  const absl::StatusOr<uint64_t> covered = (*state)->CoveredEpoch();
  if (!covered.ok()) return covered.status();
  const absl::StatusOr<uint64_t> newest = (*epochs)->Newest();
  if (!newest.ok()) return newest.status();
  status = CheckMark(*mark, *id, *newest, journal_path);
  if (!status.ok()) return status;
  absl::StatusOr<RejectedReserve> rejected =
      RejectedReserve::Open(absl::StrCat(state_dir, kRejectedFile), *id);
  if (!rejected.ok()) return rejected.status();
  status = SyncDirectory(state_dir);
  if (!status.ok()) return status;
  mark->Begin(*id, *newest);
  return std::unique_ptr<SqliteLog>(new SqliteLog(state_dir, *std::move(epochs), std::move(mark),
                                                  *std::move(state), *std::move(rejected),
                                                  *covered));
}

SqliteLog::SqliteLog(const std::string& state_dir, std::unique_ptr<EpochTable> epochs,
                     std::unique_ptr<EpochMark> mark, std::unique_ptr<StateTables> state,
                     RejectedReserve rejected, uint64_t covered)
    : state_dir_(state_dir),
      covered_(covered),
      epochs_(std::move(epochs)),
      mark_(std::move(mark)),
      rejected_(std::move(rejected)),
      state_(std::move(state)) {}

absl::StatusOr<std::optional<Checkpoint>> SqliteLog::LoadCheckpoint() {
  absl::StatusOr<std::optional<Checkpoint>> checkpoint = state_->Load();
  if (!checkpoint.ok()) return SayWhatToDo(checkpoint.status());
  return checkpoint;
}

absl::Status SqliteLog::Replay(uint64_t number,
                               const std::function<absl::Status(uint64_t, const Epoch&)>& apply) {
  return SayWhatToDo(epochs_->Replay(number, apply));
}

absl::Status SqliteLog::Append(uint64_t number, const Epoch& epoch) {
  if (!append_failure_.ok()) return append_failure_;
  absl::Status status = KeepFailure(
      epochs_->Append(number, epoch, covered_.load(std::memory_order_acquire)), &append_failure_);
  if (!append_failure_.ok()) epochs_->LeaveFilesAlone();
  if (status.ok()) mark_->Set(number);
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
