#include "daemon/log/sqlite_log.h"

#include <zlib.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/log/sqlite_checkpoint.h"

namespace gmewatch {
namespace {

constexpr int kFormat = 1;

constexpr char kJournalSchema[] =
    "CREATE TABLE epochs ("
    "  number INTEGER PRIMARY KEY,"  // rises by one
    "  record BLOB NOT NULL,"        // gmewatch.internal.EpochRecord
    "  crc32 INTEGER NOT NULL)";     // of record

// With every commit at most this many covered epochs are dropped, so that none waits for the end of
// a long journal.
constexpr char kDropSql[] =
    "DELETE FROM epochs WHERE number IN"
    " (SELECT number FROM epochs WHERE number <= ?1 ORDER BY number LIMIT 16)";
constexpr uint64_t kDropPerCommit = 16;

uint64_t Sum(absl::string_view record) {
  // zlib's bytes are unsigned, ours are not.
  return crc32(0, reinterpret_cast<const Bytef*>(record.data()),  // NOLINT
               static_cast<uInt>(record.size()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteLog>> SqliteLog::Open(const std::string& state_dir) {
  absl::StatusOr<SqliteDb> journal =
      SqliteDb::Open(absl::StrCat(state_dir, "/journal.db"), kFormat, kJournalSchema);
  if (!journal.ok()) return journal.status();
  absl::StatusOr<SqliteDb> state =
      SqliteDb::Open(absl::StrCat(state_dir, "/state.db"), kFormat, kCheckpointSchema);
  if (!state.ok()) return state.status();
  std::unique_ptr<SqliteLog> self(new SqliteLog(*std::move(journal), *std::move(state)));
  absl::StatusOr<SqliteStatement> insert =
      self->journal_.Prepare("INSERT INTO epochs(number, record, crc32) VALUES (?1, ?2, ?3)");
  if (!insert.ok()) return insert.status();
  self->insert_ = std::make_unique<SqliteStatement>(*std::move(insert));
  absl::StatusOr<SqliteStatement> drop = self->journal_.Prepare(kDropSql);
  if (!drop.ok()) return drop.status();
  self->drop_ = std::make_unique<SqliteStatement>(*std::move(drop));
  return self;
}

SqliteLog::SqliteLog(SqliteDb journal, SqliteDb state)
    : journal_(std::move(journal)), state_(std::move(state)) {}

absl::Status SqliteLog::Append(uint64_t number, const Epoch& epoch) {
  epoch.Serialize(&record_);
  const auto insert = [this, number] {
    return insert_->Bind(1, number).BindBlob(2, record_).Bind(3, Sum(record_)).Run();
  };
  const uint64_t covered = covered_.load(std::memory_order_acquire);
  bool all_dropped = false;
  absl::Status status = covered == dropped_ ? insert() : journal_.InTransaction([&] {
    const absl::Status dropped = drop_->Bind(1, covered).Run();
    all_dropped = journal_.changes() < kDropPerCommit;
    return dropped.ok() ? insert() : dropped;
  });
  if (!status.ok()) return status;
  bytes_.fetch_add(record_.size(), std::memory_order_relaxed);
  if (all_dropped) dropped_ = covered;
  return status;
}

absl::Status SqliteLog::Replay(uint64_t number,
                               const std::function<absl::Status(uint64_t, const Epoch&)>& apply) {
  absl::StatusOr<SqliteStatement> rows = journal_.Prepare(
      "SELECT number, record, crc32 FROM epochs WHERE number > ?1 ORDER BY number");
  if (!rows.ok()) return rows.status();
  rows->Bind(1, number);
  for (;;) {
    const absl::StatusOr<bool> row = rows->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    const auto damaged = [this, number](absl::string_view what) {
      return absl::DataLossError(absl::StrCat(journal_.path(), ": epoch ", number, ": ", what));
    };
    if (rows->Integer(0) != ++number) return damaged("is missing");
    if (Sum(rows->Bytes(1)) != rows->Integer(2)) return damaged("its checksum is wrong");
    const absl::StatusOr<Epoch> epoch = Epoch::Parse(rows->Bytes(1));
    if (!epoch.ok()) return damaged(epoch.status().message());
    bytes_.fetch_add(rows->Bytes(1).size(), std::memory_order_relaxed);
    absl::Status applied = apply(number, *epoch);
    if (!applied.ok()) return applied;
  }
}

absl::StatusOr<std::optional<Checkpoint>> SqliteLog::LoadCheckpoint() {
  absl::StatusOr<std::optional<Checkpoint>> checkpoint = ReadCheckpoint(&state_);
  if (checkpoint.ok() && checkpoint->has_value()) covered_ = (*checkpoint)->epoch;
  return checkpoint;
}

absl::Status SqliteLog::SaveCheckpoint(const Checkpoint& checkpoint) {
  // What was appended before is covered, but for an epoch or two.
  const uint64_t bytes = bytes_.load(std::memory_order_relaxed);
  absl::Status written = WriteCheckpoint(checkpoint, &state_);
  if (!written.ok()) return written;
  covered_.store(checkpoint.epoch, std::memory_order_release);
  bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  return written;
}

}  // namespace gmewatch
