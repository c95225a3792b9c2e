#include "daemon/log/epoch_table.h"

#include <zlib.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

// The number is the key, so epochs are in the file in their order and dropping the oldest frees
// whole pages.
SqliteSchema EpochSchema() {
  SqliteSchema schema;
  schema.application_id = 0x474d574a;  // "GMWJ"
  schema.version = 1;
  schema.sql =
      "CREATE TABLE epochs(number INTEGER PRIMARY KEY, record BLOB NOT NULL, crc INTEGER NOT "
      "NULL);";
  return schema;
}

uint32_t Crc(absl::string_view record) {
  // zlib wants unsigned characters.
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(record.data()), record.size()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<EpochTable>> EpochTable::Open(const std::string& path) {
  absl::StatusOr<std::unique_ptr<SqliteConnection>> connection =
      SqliteConnection::Open(path, EpochSchema());
  if (!connection.ok()) return connection.status();
  std::unique_ptr<EpochTable> table(new EpochTable(*std::move(connection)));
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

absl::Status EpochTable::Replay(uint64_t number,
                                const std::function<absl::Status(uint64_t, const Epoch&)>& apply) {
  absl::StatusOr<SqliteStatement> rows = connection_->Prepare(
      "SELECT number, record, crc FROM epochs WHERE number >= ?1 ORDER BY number");
  if (!rows.ok()) return rows.status();
  rows->Bind(1, number);
  uint64_t expected = std::max<uint64_t>(number, 1);
  while (true) {
    const absl::StatusOr<bool> row = rows->Next();
    if (!row.ok()) return row.status();
    if (!*row) break;
    if (rows->Uint64(0) != expected) {
      return Missing(expected, absl::StrCat("the next is ", rows->Uint64(0)));
    }
    if (expected != number) {
      absl::Status status = ReplayRow(expected, *rows, apply);
      if (!status.ok()) return status;
    }
    ++expected;
  }
  // Append never drops the newest epoch.
  if (number != 0 && expected == number) return Missing(number, "the checkpoint ends with it");
  return absl::OkStatus();
}

absl::Status EpochTable::ReplayRow(
    uint64_t expected, SqliteStatement& row,
    const std::function<absl::Status(uint64_t, const Epoch&)>& apply) {
  const absl::string_view record = row.Bytes(1);
  if (Crc(record) != row.Int64(2)) {
    return absl::DataLossError(absl::StrCat(connection_->path(), ": epoch ", expected,
                                            " is damaged: its checksum does not match"));
  }
  const absl::StatusOr<Epoch> epoch = Epoch::Parse(record);
  if (!epoch.ok()) {
    return absl::DataLossError(
        absl::StrCat(connection_->path(), ": epoch ", expected, ": ", epoch.status().message()));
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
  if (status.ok() && oldest_ == 0) oldest_ = number;
  return status;
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
