// allow(length): one connection, its statements and its transactions
#include "daemon/log/sqlite_connection.h"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/log/state_dir.h"

namespace gmewatch {
namespace {

// Another program that reads for long makes the WAL grow beyond its usual size. Afterwards the WAL
// is truncated to this.
constexpr int kWalBytesKept = 16 << 20;

// The piece in which a WAL is written again: SQLite's largest page. Its file system writes nothing
// of a piece of 128 KiB.
constexpr int kRewriteBytes = 1 << 16;

bool IsNoRoom(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

// A file gives its free space back from here on, if copying what is in use takes some ten
// milliseconds at most.
constexpr int64_t kFreeBytesMin = int64_t{64} << 20;
constexpr int64_t kVacuumBytesMax = int64_t{16} << 20;

}  // namespace

std::string SqliteVersion() { return sqlite3_libversion(); }

void SqliteStatement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void SqliteStatement::KeepError(int code) {
  if (code != SQLITE_OK && bind_error_ == SQLITE_OK) bind_error_ = code;
}

SqliteStatement& SqliteStatement::Bind(int parameter, int64_t value) {
  KeepError(sqlite3_bind_int64(statement_.get(), parameter, value));
  return *this;
}

SqliteStatement& SqliteStatement::Bind(int parameter, uint64_t value) {
  return Bind(parameter, static_cast<int64_t>(value));
}

SqliteStatement& SqliteStatement::BindText(int parameter, absl::string_view value) {
  KeepError(sqlite3_bind_text64(statement_.get(), parameter, value.data(), value.size(), nullptr,
                                SQLITE_UTF8));
  return *this;
}

SqliteStatement& SqliteStatement::BindBlob(int parameter, absl::string_view value) {
  // A null pointer would bind NULL, not the empty blob.
  const char* data = value.data() == nullptr ? "" : value.data();
  KeepError(sqlite3_bind_blob64(statement_.get(), parameter, data, value.size(), nullptr));
  return *this;
}

absl::Status SqliteStatement::Run() {
  while (true) {
    const absl::StatusOr<bool> row = Next();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
  }
}

absl::StatusOr<bool> SqliteStatement::Next() {
  const int code = bind_error_ != SQLITE_OK ? bind_error_ : sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  absl::Status status = code == SQLITE_DONE ? absl::OkStatus() : connection_->Error(code);
  Reset();
  if (!status.ok()) return status;
  return false;
}

void SqliteStatement::Reset() {
  // Its result repeats the error of the last step, which has been handled.
  sqlite3_reset(statement_.get());
  bind_error_ = SQLITE_OK;
}

int64_t SqliteStatement::Int64(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

absl::string_view SqliteStatement::Bytes(int column) const {
  // SQLite requires that the pointer is read before the size.
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const char*>(data), static_cast<size_t>(size)};
}

void SqliteConnection::Closer::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(
    const std::string& path, const SqliteSchema& schema) {
  absl::Status status = PrepareStateFile(path);
  if (!status.ok()) return status;
  sqlite3* db = nullptr;
  // NOMUTEX: only one thread at a time uses a connection. A relative path gets a prefix, so that
  // SQLite cannot take it for a URI.
  const std::string name = path[0] == '/' ? path : absl::StrCat("./", path);
  const int code = sqlite3_open_v2(
      name.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(path, schema, db));
  if (code != SQLITE_OK) return connection->Error(code);
  status = connection->Identify();
  if (status.ok() && !connection->is_new()) status = connection->Configure();
  if (!status.ok()) return status;
  return connection;
}

absl::Status SqliteConnection::Identify() {
  sqlite3_extended_result_codes(db_.get(), 1);
  sqlite3_busy_timeout(db_.get(), static_cast<int>(absl::ToInt64Milliseconds(kBusyTimeout)));
  const absl::StatusOr<int64_t> id = IntPragma("application_id");
  if (!id.ok()) return id.status();
  const absl::StatusOr<int64_t> changes = IntPragma("schema_version");
  if (!changes.ok()) return changes.status();
  is_new_ = *id == 0 && *changes == 0;
  if (is_new_) return absl::OkStatus();
  if (*id != schema_.application_id) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, " is not the file that is expected here: its application_id is ", *id,
                     ", not ", schema_.application_id));
  }
  return CheckVersion();
}

absl::Status SqliteConnection::Configure() {
  absl::Status status = SwitchToWal();
  if (!status.ok()) return status;
  // Deleted rows are no secret. Overwriting them, Debian's default, would double the bytes written.
  return Execute(absl::StrCat(
      "PRAGMA synchronous=FULL; PRAGMA locking_mode=NORMAL; PRAGMA secure_delete=OFF;",
      "PRAGMA wal_autocheckpoint=", schema_.wal_autocheckpoint_pages, ";",
      "PRAGMA journal_size_limit=", kWalBytesKept, ";", "PRAGMA cache_size=-", schema_.cache_kib));
}

absl::Status SqliteConnection::Create() {
  // Without auto_vacuum no page is moved to shrink a file that will grow again.
  absl::Status status = Execute(
      absl::StrCat("PRAGMA page_size=", schema_.page_size_bytes, "; PRAGMA auto_vacuum=NONE;"));
  if (status.ok()) status = Configure();
  if (status.ok()) {
    status = InTransaction([&] {
      return Execute(absl::StrCat("PRAGMA application_id=", schema_.application_id, ";",
                                  "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;",
                                  "INSERT INTO meta VALUES('schema_version', ", schema_.version,
                                  ");", schema_.sql));
    });
  }
  if (!status.ok()) return status;
  is_new_ = false;
  version_ = schema_.version;
  return absl::OkStatus();
}

absl::StatusOr<int64_t> SqliteConnection::IntPragma(absl::string_view name) {
  absl::StatusOr<SqliteStatement> statement = Prepare(absl::StrCat("PRAGMA ", name));
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->Next();
  if (!row.ok()) return row.status();
  return *row ? statement->Int64(0) : 0;
}

absl::Status SqliteConnection::SwitchToWal() {
  absl::StatusOr<SqliteStatement> statement = Prepare("PRAGMA journal_mode=WAL");
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->Next();
  if (!row.ok()) return row.status();
  if (!*row || statement->Bytes(0) != "wal") {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, ": the file system does not support a WAL (it needs shared memory)"));
  }
  // The switch is committed after that row, and only the next step says whether that succeeded. If
  // it failed the file would stay in a mode whose commits are not durable.
  return statement->Next().status();
}

absl::Status SqliteConnection::CheckVersion() {
  absl::StatusOr<SqliteStatement> statement =
      Prepare("SELECT value FROM meta WHERE key = 'schema_version'");
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->Next();
  if (!row.ok()) return row.status();
  version_ = *row ? statement->Int64(0) : 0;
  if (version_ > schema_.version) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, " was written by a newer gmewatchd: its schema version is ", version_,
                     ", this one knows up to ", schema_.version,
                     "; start that version, or restore a backup from before it"));
  }
  if (version_ >= schema_.oldest_version) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(path_, ": schema version ", version_, " is unknown"));
}

absl::StatusOr<std::string> SqliteConnection::Meta(absl::string_view key) {
  absl::StatusOr<SqliteStatement> statement = Prepare("SELECT value FROM meta WHERE key = ?1");
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->BindText(1, key).Next();
  if (!row.ok()) return row.status();
  return std::string(*row ? statement->Bytes(0) : "");
}

absl::Status SqliteConnection::MakeDurable() {
  // First the WAL as it is: if less of it is on the disk than can be read, the checkpoint below
  // would make the file newer than that WAL, and after a power loss SQLite would put old pages over
  // new ones.
  absl::Status status = InTransaction([&] { return RewriteWal(); });
  if (!status.ok()) return status;
  const int code =
      sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code == SQLITE_OK) return absl::OkStatus();
  status = Error(code);
  if (!absl::IsUnavailable(status)) return status;
  return absl::UnavailableError(absl::StrCat(
      path_,
      " is being read by another program; end that program and start again: ", status.message()));
}

absl::Status SqliteConnection::RewriteWal() {
  sqlite3_file* wal = nullptr;
  sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&wal));
  sqlite3_int64 size = 0;
  int code = wal->pMethods->xFileSize(wal, &size);
  std::string piece;
  for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size; at += kRewriteBytes) {
    piece.resize(static_cast<size_t>(std::min<sqlite3_int64>(kRewriteBytes, size - at)));
    const int bytes = static_cast<int>(piece.size());
    code = wal->pMethods->xRead(wal, piece.data(), bytes, at);
    if (code == SQLITE_OK) code = wal->pMethods->xWrite(wal, piece.data(), bytes, at);
  }
  if (code == SQLITE_OK && size > 0) code = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code);
}

absl::Status SqliteConnection::CheckStructure() {
  absl::StatusOr<SqliteStatement> statement = Prepare("PRAGMA quick_check(1)");
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->Next();
  if (!row.ok()) return row.status();
  if (*row && statement->Bytes(0) == "ok") return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(path_, " is damaged: ", *row ? statement->Bytes(0) : "no answer"));
}

absl::StatusOr<SqliteStatement> SqliteConnection::Prepare(absl::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Error(code);
  return SqliteStatement(this, statement);
}

absl::Status SqliteConnection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code);
}

absl::Status SqliteConnection::InTransaction(absl::FunctionRef<absl::Status()> body) {
  // IMMEDIATE takes the write lock now, and may wait for it; a later upgrade would fail at once.
  absl::Status status = Execute("BEGIN IMMEDIATE");
  if (!status.ok()) return status;
  status = body();
  if (status.ok()) status = Execute("COMMIT");
  // After some errors SQLite has rolled back already. A rollback writes nothing in WAL mode.
  if (!status.ok() && sqlite3_get_autocommit(db_.get()) == 0) {
    sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  return status;
}

bool SqliteConnection::EmptyWal() {
  int frames = 0;
  int moved = 0;
  // If a sync in here fails the WAL stays as it is, so nothing is lost and the code does not
  // matter.
  const int code =
      sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &frames, &moved);
  return code == SQLITE_OK && frames > 0 && frames == moved;
}

absl::StatusOr<bool> SqliteConnection::IsMostlyFree() {
  absl::StatusOr<SqliteStatement> pages = Prepare(
      "SELECT freelist_count, page_count, page_size "
      "FROM pragma_freelist_count, pragma_page_count, pragma_page_size");
  if (!pages.ok()) return pages.status();
  const absl::StatusOr<bool> row = pages->Next();
  if (!row.ok()) return row.status();
  const int64_t free = pages->Int64(0) * pages->Int64(2);
  const int64_t used = pages->Int64(1) * pages->Int64(2) - free;
  return free >= kFreeBytesMin && used <= kVacuumBytesMax && used <= free;
}

absl::Status SqliteConnection::GiveBackSpace() {
  const absl::StatusOr<bool> mostly_free = IsMostlyFree();
  if (mostly_free.ok() && !*mostly_free) return absl::OkStatus();
  absl::Status status = mostly_free.status();
  // What is in use is copied twice: first to memory, since there may be no room elsewhere.
  if (status.ok()) status = Execute("PRAGMA temp_store = MEMORY");
  if (status.ok()) status = Execute("VACUUM");
  if (status.ok()) EmptyWal();
  const bool in_vain = absl::IsResourceExhausted(status) || absl::IsUnavailable(status);
  return in_vain ? absl::OkStatus() : status;
}

void SqliteConnection::LeaveFilesAlone() {
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

int SqliteConnection::SystemError() {
  // SQLite keeps errno for an error while a statement runs, but not for one while it commits. A
  // commit writes only to the WAL, which keeps its own.
  sqlite3_file* wal = nullptr;
  int error = 0;
  sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&wal));
  if (wal != nullptr && wal->pMethods != nullptr) {
    wal->pMethods->xFileControl(wal, SQLITE_FCNTL_LAST_ERRNO, &error);
  }
  return error != 0 ? error : sqlite3_system_errno(db_.get());
}

absl::Status SqliteConnection::Error(int code) {
  const int system_error = SystemError();
  std::string text = absl::StrCat(path_, ": ", sqlite3_errstr(code), " (SQLite ", code, ")");
  const char* detail = sqlite3_errmsg(db_.get());
  if (absl::string_view(detail) != sqlite3_errstr(code)) absl::StrAppend(&text, ": ", detail);
  const int primary = code & 0xff;
  if (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) {
    absl::StrAppend(&text, ": ", std::generic_category().message(system_error));
  }
  // SQLite has a code of its own for ENOSPC only; a quota or a file size limit is any failed write
  // to it. A failed write lacks at least the last frame, which makes a transaction complete, so
  // none of the transaction can become durable. That does not hold for the wal-index, which is
  // written after that frame.
  if (primary == SQLITE_FULL || (code == SQLITE_IOERR_WRITE && IsNoRoom(system_error))) {
    return absl::ResourceExhaustedError(absl::StrCat("disk full: ", text));
  }
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) return absl::UnavailableError(text);
  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || code == SQLITE_IOERR_SHORT_READ ||
      code == SQLITE_IOERR_CORRUPTFS) {
    return absl::DataLossError(text);
  }
  if (primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY || primary == SQLITE_PERM) {
    return absl::FailedPreconditionError(text);
  }
  return absl::InternalError(text);
}

}  // namespace gmewatch
