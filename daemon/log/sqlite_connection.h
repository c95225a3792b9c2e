// A connection to an SQLite file of gmewatchd. Commits are durable (WAL, synchronous=FULL), and
// other programs can read the file meanwhile. SQLite's result codes become statuses that name the
// file.
//
// Thread safety: none; a connection and its statements belong to one thread at a time. Statements
// must not outlive their connection. SQLite's integers are signed: uint64 values are stored as the
// int64 of the same bits.
//
// Errors: ResourceExhausted, no room ("disk full"): nothing was stored and the connection can be
// used again; Unavailable, another program kept the file locked for kBusyTimeout: the same;
// DataLoss, the file is damaged; FailedPrecondition, the file cannot be used (another program's,
// too new, not writable); Internal, everything else: it is not known what reached the disk.
#ifndef GMEWATCH_DAEMON_LOG_SQLITE_CONNECTION_H_
#define GMEWATCH_DAEMON_LOG_SQLITE_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gmewatch {

// The version of SQLite that this process runs with.
std::string SqliteVersion();

class SqliteConnection;

// A prepared statement. Parameters count from 1, columns from 0. Bound blobs and texts are not
// copied: they must live until the statement is run.
class SqliteStatement {
 public:
  SqliteStatement() = default;

  SqliteStatement& Bind(int parameter, int64_t value);
  SqliteStatement& Bind(int parameter, uint64_t value);
  SqliteStatement& Bind(int parameter, int32_t value) { return Bind(parameter, int64_t{value}); }
  SqliteStatement& Bind(int parameter, uint32_t value) { return Bind(parameter, int64_t{value}); }
  SqliteStatement& Bind(int parameter, bool value) { return Bind(parameter, int64_t{value}); }
  SqliteStatement& BindText(int parameter, absl::string_view value);
  SqliteStatement& BindBlob(int parameter, absl::string_view value);

  // Runs to the end; then the statement is ready for the next run.
  absl::Status Run();
  // Steps to the next row. After the last row (false) or an error the statement is ready for the
  // next run.
  absl::StatusOr<bool> Next();

  int64_t Int64(int column) const;
  uint64_t Uint64(int column) const { return static_cast<uint64_t>(Int64(column)); }
  // Valid until the next call of Next or Run.
  absl::string_view Bytes(int column) const;

 private:
  friend class SqliteConnection;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };

  SqliteStatement(SqliteConnection* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}
  void KeepError(int code);
  void Reset();

  SqliteConnection* connection_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int bind_error_ = 0;  // the first since the last run
};

// The kind of a file, and how it is created and opened.
struct SqliteSchema {
  int32_t application_id = 0;  // four letters that file(1) shows
  int64_t version = 0;         // a file with a greater one is rejected
  int64_t oldest_version = 0;  // a file with a smaller one is rejected; the owner migrates others
  std::string sql;             // creates everything but the table `meta`
  int page_size_bytes = 4096;  // of a new file
  int wal_autocheckpoint_pages = 1000;
  int cache_kib = 2048;
};

class SqliteConnection {
 public:
  static constexpr absl::Duration kBusyTimeout = absl::Seconds(5);

  // Opens the file. If it is absent it is created for this user alone, empty, and is_new.
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(const std::string& path,
                                                                const SqliteSchema& schema);

  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  const std::string& path() const { return path_; }

  // The file has nothing yet, and only Create may be called.
  bool is_new() const { return is_new_; }
  // Creates the schema and a table meta(key, value).
  absl::Status Create();
  // The version of the file's schema.
  int64_t version() const { return version_; }

  absl::StatusOr<SqliteStatement> Prepare(absl::string_view sql);
  absl::Status Execute(const std::string& sql);

  // Commits everything that `body` writes, or nothing if it returns an error.
  absl::Status InTransaction(absl::FunctionRef<absl::Status()> body);

  // A value of meta as text; empty if it is absent.
  absl::StatusOr<std::string> Meta(absl::string_view key);

  // After it everything that can be read is on the disk, whatever happened to earlier processes:
  // writes the WAL again and syncs it, then moves its contents into the file. Unavailable if
  // another program still reads the WAL.
  absl::Status MakeDurable();

  // DataLoss if pages of the file contradict each other. Reads all that are in use.
  absl::Status CheckStructure();

  // Moves the contents of the WAL into the file, so that the WAL's space can be used again. False
  // if that failed or readers still need the WAL.
  bool EmptyWal();

  // Makes the file smaller if most of it is free, and enough to be worth it. Without room for that,
  // or while another program keeps it locked, it stays as it is.
  absl::Status GiveBackSpace();

  // From now on the files are not touched, not even when the connection is closed. For a failure
  // after which it is not known what reached the disk.
  void LeaveFilesAlone();

 private:
  friend class SqliteStatement;
  struct Closer {
    void operator()(sqlite3* db) const;
  };

  SqliteConnection(std::string path, const SqliteSchema& schema, sqlite3* db)
      : path_(std::move(path)), schema_(schema), db_(db) {}
  absl::StatusOr<bool> IsMostlyFree();
  // Before anything is written: a file of another program must stay as it is.
  absl::Status Identify();
  absl::Status Configure();
  absl::StatusOr<int64_t> IntPragma(absl::string_view name);
  absl::Status SwitchToWal();
  // Over itself, with a sync. REQUIRES: a transaction.
  absl::Status RewriteWal();
  absl::Status CheckVersion();
  int SystemError();
  absl::Status Error(int code);

  std::string path_;
  const SqliteSchema schema_;
  std::unique_ptr<sqlite3, Closer> db_;
  bool is_new_ = false;
  int64_t version_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_SQLITE_CONNECTION_H_
