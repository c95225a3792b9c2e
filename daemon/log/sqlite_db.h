// A SQLite database file, its statements and its errors as absl::Status.
//
// Thread safety: none; one thread at a time. A statement must not outlive its database. Errors: as
// event_log.h says, with the file's name in the message.
#ifndef GMEWATCH_DAEMON_LOG_SQLITE_DB_H_
#define GMEWATCH_DAEMON_LOG_SQLITE_DB_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

class SqliteStatement;

class SqliteDb {
 public:
  // Opens `path`, which is made where it is not there, durable at every commit and readable by
  // others meanwhile. `schema` makes the tables of a new file; a file of another `version` is
  // refused.
  static absl::StatusOr<SqliteDb> Open(const std::string& path, int version, const char* schema);

  const std::string& path() const { return path_; }
  absl::Status Exec(const char* sql);
  absl::StatusOr<SqliteStatement> Prepare(absl::string_view sql);
  // Runs `body` in one transaction, which is undone where it fails.
  template <typename Body>
  absl::Status InTransaction(Body body) {
    absl::Status status = Exec("BEGIN IMMEDIATE");
    if (!status.ok()) return status;
    status = body();
    if (status.ok()) status = Exec("COMMIT");
    // Its own failure says nothing that `status` does not: SQLite may have undone it already.
    if (!status.ok()) sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    return status;
  }
  // What the last call that failed was about.
  absl::Status Error(int result) const;
  uint64_t changes() const { return static_cast<uint64_t>(sqlite3_changes64(db_.get())); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  explicit SqliteDb(std::string path) : path_(std::move(path)) {}
  absl::Status SetUp(int version, const char* schema);

  std::string path_;
  std::unique_ptr<sqlite3, Close> db_;
};

class SqliteStatement {
 public:
  // Parameters are counted from 1, columns from 0. SQLite's integers are signed: an unsigned one
  // keeps its bits.
  SqliteStatement& Bind(int parameter, uint64_t value);
  // `bytes` must live until the next Reset.
  SqliteStatement& BindBlob(int parameter, absl::string_view bytes);
  SqliteStatement& BindText(int parameter, absl::string_view text);

  // True at a row, false at the end.
  absl::StatusOr<bool> Step();
  // Steps to the end and is ready for the next run.
  absl::Status Run();
  void Reset() { sqlite3_reset(statement_.get()); }

  uint64_t Integer(int column) const;
  absl::string_view Bytes(int column) const;

 private:
  friend class SqliteDb;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit SqliteStatement(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_SQLITE_DB_H_
