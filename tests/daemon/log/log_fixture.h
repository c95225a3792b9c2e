// Shared by the tests of the SQLite log: small epochs whose time is their
// number, and a view of the files as another program sees them.
#ifndef GMEWATCH_TESTS_DAEMON_LOG_LOG_FIXTURE_H_
#define GMEWATCH_TESTS_DAEMON_LOG_LOG_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/log/sqlite_log.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {

// An epoch whose time is its number, of about `bytes`.
inline Epoch NumberedEpoch(uint64_t number, size_t bytes = 100) {
  Epoch epoch;
  epoch.time_ms = static_cast<int64_t>(number);
  Batch batch;
  batch.session = {number, 1};
  batch.entries = {{1005, 1}};
  const HashedOrigin origin({"shooter", "eu", "", "", ""});
  do {
    ++batch.sequence;
    epoch.Add(batch, origin);
  } while (epoch.size_bytes() < bytes);
  return epoch;
}

inline std::unique_ptr<SqliteLog> OpenLog(const std::string& dir) {
  absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(dir);
  EXPECT_TRUE(log.ok()) << log.status();
  return log.ok() ? *std::move(log) : nullptr;
}

inline absl::Status AppendNumbers(SqliteLog& log, uint64_t first, uint64_t last) {
  for (uint64_t number = first; number <= last; ++number) {
    absl::Status status = log.Append(number, NumberedEpoch(number));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

inline absl::Status SaveEpoch(SqliteLog& log, uint64_t epoch) {
  Checkpoint checkpoint;
  checkpoint.epoch = epoch;
  return log.SaveCheckpoint(checkpoint);
}

// The numbers of the epochs that a replay after `number` applies, or its error. Checks that they
// are also the epochs' times.
inline absl::StatusOr<std::vector<uint64_t>> Replayed(SqliteLog& log, uint64_t number) {
  std::vector<uint64_t> numbers;
  absl::Status status = log.Replay(number, [&](uint64_t n, const Epoch& epoch) {
    EXPECT_EQ(epoch.time_ms, static_cast<int64_t>(n));
    numbers.push_back(n);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return numbers;
}

inline std::vector<uint64_t> Numbers(uint64_t first, uint64_t last) {
  std::vector<uint64_t> numbers;
  for (uint64_t number = first; number <= last; ++number) numbers.push_back(number);
  return numbers;
}

// Another program's view of a file.
class Shell {
 public:
  explicit Shell(const std::string& path) {
    EXPECT_EQ(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
  }
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;
  ~Shell() { sqlite3_close(db_); }

  // Rows as "a|b|c".
  std::vector<std::string> Run(const std::string& sql) {
    std::vector<std::string> rows;
    char* error = nullptr;
    sqlite3_exec(
        db_, sql.c_str(),
        [](void* out, int columns, char** values, char** /*names*/) {
          std::string row;
          for (int i = 0; i < columns; ++i) {
            absl::StrAppend(&row, i == 0 ? "" : "|", values[i] == nullptr ? "NULL" : values[i]);
          }
          static_cast<std::vector<std::string>*>(out)->push_back(row);
          return 0;
        },
        &rows, &error);
    EXPECT_EQ(error, nullptr) << sql << ": " << error;
    sqlite3_free(error);
    return rows;
  }

  void FlipBit(const char* table, const char* column, int64_t rowid, int at) {
    sqlite3_blob* blob = nullptr;
    ASSERT_EQ(sqlite3_blob_open(db_, "main", table, column, rowid, 1, &blob), SQLITE_OK);
    char byte = 0;
    EXPECT_EQ(sqlite3_blob_read(blob, &byte, 1, at), SQLITE_OK);
    byte = static_cast<char>(byte ^ 1);
    EXPECT_EQ(sqlite3_blob_write(blob, &byte, 1, at), SQLITE_OK);
    EXPECT_EQ(sqlite3_blob_close(blob), SQLITE_OK);
  }

 private:
  sqlite3* db_ = nullptr;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_LOG_LOG_FIXTURE_H_
