#include "daemon/log/epoch_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/log/checksum.h"

namespace gmewatch {
namespace {

uint32_t Crc(absl::string_view record) { return Checksum().AddBytes(record).value(); }

}  // namespace

// The number is the key, so epochs are in the file in their order and dropping the oldest frees
// whole pages.
SqliteSchema EpochTable::Schema() {
  SqliteSchema schema;
  schema.application_id = 0x474d574a;  // "GMWJ"
  schema.version = 1;
  schema.oldest_version = 1;
  schema.sql =
      "CREATE TABLE epochs(number INTEGER PRIMARY KEY, record BLOB NOT NULL, crc INTEGER NOT "
      "NULL);";
  return schema;
}

absl::StatusOr<std::unique_ptr<EpochTable>> EpochTable::Open(
    std::unique_ptr<SqliteConnection> connection) {
  std::unique_ptr<EpochTable> table(new EpochTable(std::move(connection)));
  absl::Status status = table->Prepare();
  if (!status.ok()) return status;
  return table;
}

absl::Status EpochTable::Prepare() {
  absl::StatusOr<SqliteStatement> insert =
      connection_->Prepare("INSERT INTO epochs(number, record, crc) VALUES(?1, ?2, ?3)");
  if (!insert.ok()) return insert.status();
  absl::StatusOr<SqliteStatement> drop =
      connection_->Prepare("DELETE FROM epochs WHERE number < ?1");
  if (!drop.ok()) return drop.status();
  absl::StatusOr<SqliteStatement> oldest = connection_->Prepare("SELECT min(number) FROM epochs");
  if (!oldest.ok()) return oldest.status();
  const absl::StatusOr<bool> row = oldest->Next();
  if (!row.ok()) return row.status();
  oldest_ = oldest->Uint64(0);  // NULL reads as 0
  insert_ = *std::move(insert);
  drop_ = *std::move(drop);
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> EpochTable::Newest() {
  absl::StatusOr<SqliteStatement> newest = connection_->Prepare("SELECT max(number) FROM epochs");
  if (!newest.ok()) return newest.status();
  const absl::StatusOr<bool> row = newest->Next();
  if (!row.ok()) return row.status();
  return newest->Uint64(0);  // NULL reads as 0
}

absl::Status EpochTable::Replay(uint64_t number,
                                const std::function<absl::Status(uint64_t, const Epoch&)>& apply) {
  absl::StatusOr<SqliteStatement> rows =
      connection_->Prepare("SELECT number, record, crc FROM epochs ORDER BY number");
  if (!rows.ok()) return rows.status();
  uint64_t expected = std::max<uint64_t>(number, 1);
  while (true) {
    const absl::StatusOr<bool> row = rows->Next();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const uint64_t found = rows->Uint64(0);
    if (found > expected) return Missing(expected, absl::StrCat("the next is ", found));
    absl::Status status =
        found > number ? ReplayRow(expected, *rows, apply) : CheckRow(found, *rows);
    if (!status.ok()) return status;
    if (found == expected) ++expected;
  }
  // Append never drops the newest epoch.
  if (number != 0 && expected == number) return Missing(number, "the checkpoint ends with it");
  return absl::OkStatus();
}

absl::Status EpochTable::CheckRow(uint64_t number, const SqliteStatement& row) const {
  if (Crc(row.Bytes(1)) == row.Int64(2)) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(connection_->path(), ": epoch ", number,
                                          " is damaged: its checksum does not match"));
}

absl::Status EpochTable::ReplayRow(
    uint64_t expected, const SqliteStatement& row,
    const std::function<absl::Status(uint64_t, const Epoch&)>& apply) {
  absl::Status status = CheckRow(expected, row);
  if (!status.ok()) return status;
  const absl::StatusOr<Epoch> epoch = Epoch::Parse(row.Bytes(1));
  if (!epoch.ok()) {
    return {epoch.status().code(), absl::StrCat(connection_->path(), ": epoch ", expected, ": ",
                                                epoch.status().message())};
  }
  return apply(expected, *epoch);
}

absl::Status EpochTable::Missing(uint64_t number, absl::string_view instead) const {
  return absl::DataLossError(
      absl::StrCat(connection_->path(), ": epoch ", number, " is missing; ", instead));
}

absl::Status EpochTable::Append(uint64_t number, const Epoch& epoch, uint64_t covered) {
  epoch.Serialize(&record_);
  absl::Status status = Write(number, covered);
  // On a full disk the WAL cannot grow, but once it is empty its space can be used again.
  if (absl::IsResourceExhausted(status) && connection_->EmptyWal()) status = Write(number, covered);
  if (!status.ok()) return status;
  if (oldest_ == 0) oldest_ = number;
  if (oldest_ != covered || dropped_ == covered) return status;
  // All covered epochs are dropped.
  dropped_ = covered;
  return connection_->GiveBackSpace();
}

absl::Status EpochTable::Write(uint64_t number, uint64_t covered) {
  const uint64_t keep_from = std::min(covered, oldest_ + kDropsPerCommit);
  // A single statement is a transaction.
  if (oldest_ == 0 || keep_from <= oldest_) return Insert(number);
  absl::Status status = connection_->InTransaction([&] {
    // Drop first, so that the new epoch takes the pages that become free.
    absl::Status dropped = drop_.Bind(1, keep_from).Run();
    return dropped.ok() ? Insert(number) : dropped;
  });
  if (status.ok()) oldest_ = keep_from;
  return status;
}

absl::Status EpochTable::Insert(uint64_t number) {
  return insert_.Bind(1, number).BindBlob(2, record_).Bind(3, Crc(record_)).Run();
}

}  // namespace gmewatch
