// One connection to an SQLite file of ours, set up to be durable (WAL, synchronous=FULL) and
// readable by others meanwhile, with SQLite's result codes made into statuses that name the file.
//
// Thread safety: none; a connection and its statements belong to one thread at a time. Statements
// must not outlive their connection. SQLite's integers are signed: uint64 values are stored as the
// int64 of the same bits.
//
// Errors: ResourceExhausted, no room ("disk full"): nothing was kept and the connection can be used
// again; Unavailable, another program kept the file locked for kBusyTimeout: the same; DataLoss,
// damaged; FailedPrecondition, the file cannot be used (not ours, too new, not writable); Internal,
// all else: what reached the disk is not known.
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

  // Runs to the end and makes it ready for the next run.
  absl::Status Run();
  // The next row; false after the last one or an error, and then it is ready for the next run.
  absl::StatusOr<bool> Next();
  void Reset();

  int64_t Int64(int column) const;
  uint64_t Uint64(int column) const { return static_cast<uint64_t>(Int64(column)); }
  bool IsNull(int column) const;
  // Until the next call of Next, Run or Reset.
  absl::string_view Bytes(int column) const;

 private:
  friend class SqliteConnection;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };

  SqliteStatement(SqliteConnection* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}
  void KeepError(int code);

  SqliteConnection* connection_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int bind_error_ = 0;  // the first since the last run
};

// What makes a file ours.
struct SqliteSchema {
  int32_t application_id = 0;  // four letters that file(1) shows
  int64_t version = 0;         // a file with a greater one is refused
  std::string sql;             // creates all but the table `meta`
  int page_size_bytes = 4096;  // of a new file
  int wal_autocheckpoint_pages = 1000;
  int cache_kib = 2048;
};

class SqliteConnection {
 public:
  static constexpr absl::Duration kBusyTimeout = absl::Seconds(5);

  // Creates the file, for this user alone, with the schema and a table meta(key, value) if there is
  // none.
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(const std::string& path,
                                                                const SqliteSchema& schema);

  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  const std::string& path() const { return path_; }

  absl::StatusOr<SqliteStatement> Prepare(absl::string_view sql);
  absl::Status Execute(const std::string& sql);

  // All that `body` writes, or nothing.
  absl::Status InTransaction(absl::FunctionRef<absl::Status()> body);

  // Moves what the WAL holds into the file, so that the WAL's room is used again. False where that
  // did not work, or readers still need the WAL.
  bool EmptyWal();

  // After a failure that leaves in doubt what reached the disk: closing then touches the files no
  // more.
  void LeaveFilesAlone();

 private:
  friend class SqliteStatement;
  struct Closer {
    void operator()(sqlite3* db) const;
  };

  SqliteConnection(std::string path, sqlite3* db) : path_(std::move(path)), db_(db) {}
  absl::Status Configure(const SqliteSchema& schema);
  absl::StatusOr<int64_t> IntPragma(absl::string_view name);
  absl::Status SwitchToWal();
  absl::Status Create(const SqliteSchema& schema);
  absl::Status CheckVersion(const SqliteSchema& schema);
  int SystemError();
  absl::Status Error(int code);

  std::string path_;
  std::unique_ptr<sqlite3, Closer> db_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_SQLITE_CONNECTION_H_
