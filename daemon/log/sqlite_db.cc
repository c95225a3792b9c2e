#include "daemon/log/sqlite_db.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

// "gmew": what file(1) and sqlite3's ".dbinfo" show.
constexpr int kApplicationId = 0x676d6577;

// Others may hold the file for a moment: a person with the shell, a backup.
constexpr int kBusyTimeoutMs = 10'000;

absl::Status ErrorOf(sqlite3* db, const std::string& path, int result) {
  const int code = result & 0xff;
  const std::string text =
      absl::StrCat(path, ": ", db == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(db));
  // A write that found no room left nothing behind. SQLite tells a quota or a file size limit as an
  // error of the write.
  const int system_error = db == nullptr ? 0 : sqlite3_system_errno(db);
  const bool no_room = system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
  if (code == SQLITE_FULL || (result == SQLITE_IOERR_WRITE && no_room)) {
    return absl::ResourceExhaustedError(absl::StrCat(text, " (no room on the disk)"));
  }
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) return absl::DataLossError(text);
  return absl::InternalError(absl::StrCat(text, " (SQLite error ", result, ")"));
}

}  // namespace

absl::StatusOr<SqliteDb> SqliteDb::Open(const std::string& path, int version, const char* schema) {
  SqliteDb self(path);
  sqlite3* db = nullptr;
  const int result = sqlite3_open_v2(
      path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  self.db_.reset(db);
  if (result != SQLITE_OK) return ErrorOf(db, path, result);
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, kBusyTimeoutMs);
  absl::Status status = self.SetUp(version, schema);
  if (!status.ok()) return status;
  return self;
}

absl::Status SqliteDb::SetUp(int version, const char* schema) {
  // FULL: the commit is on the disk when it returns, in WAL mode too. The WAL is taken into the
  // file every 1000 pages.
  absl::Status status = Exec(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
      "PRAGMA journal_size_limit=67108864;");
  if (!status.ok()) return status;
  int64_t found = 0;
  {
    absl::StatusOr<SqliteStatement> ask = Prepare("PRAGMA user_version");
    if (!ask.ok()) return ask.status();
    const absl::StatusOr<bool> row = ask->Step();
    if (!row.ok()) return row.status();
    found = static_cast<int64_t>(ask->Integer(0));
  }
  if (found == version) return absl::OkStatus();
  if (found != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, ": has format ", found, ", and this version of gmewatchd reads format ",
                     version, "; use the version that wrote it, or another state directory"));
  }
  return InTransaction([this, version, schema] {
    const absl::Status made = Exec(schema);
    if (!made.ok()) return made;
    return Exec(
        absl::StrCat("PRAGMA application_id=", kApplicationId, "; PRAGMA user_version=", version)
            .c_str());
  });
}

absl::Status SqliteDb::Exec(const char* sql) {
  const int result = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? absl::OkStatus() : Error(result);
}

absl::Status SqliteDb::Error(int result) const { return ErrorOf(db_.get(), path_, result); }

absl::StatusOr<SqliteStatement> SqliteDb::Prepare(absl::string_view sql) {
  SqliteStatement out(path_);
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  out.statement_.reset(statement);
  if (result != SQLITE_OK) return Error(result);
  return out;
}

SqliteStatement& SqliteStatement::Bind(int parameter, uint64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter, static_cast<int64_t>(value));
  return *this;
}

SqliteStatement& SqliteStatement::BindBlob(int parameter, absl::string_view bytes) {
  sqlite3_bind_blob64(statement_.get(), parameter, bytes.data(), bytes.size(), SQLITE_STATIC);
  return *this;
}

SqliteStatement& SqliteStatement::BindText(int parameter, absl::string_view text) {
  sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
  return *this;
}

absl::StatusOr<bool> SqliteStatement::Step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return ErrorOf(sqlite3_db_handle(statement_.get()), path_, result);
}

absl::Status SqliteStatement::Run() {
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) more = Step();
  Reset();
  return more.status();
}

uint64_t SqliteStatement::Integer(int column) const {
  return static_cast<uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

absl::string_view SqliteStatement::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<size_t>(size)};
}

}  // namespace gmewatch
