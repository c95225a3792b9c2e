// The tables of state.db, which hold the checkpoint of the SQLite log. A person can query them with
// the sqlite3 shell, also while the daemon runs:
//
//   SELECT * FROM error_events WHERE app = 'shooter' ORDER BY events DESC;
//
// error_events(app, region, code, events, sessions, late_events) is a view for people, of the
// tables places, codes and counters. session_pages and detector_pages are in formats of the
// aggregate and the detector. meta has the last epoch that the checkpoint covers. The columns crc
// are explained in state_checksums.h. partitions has how far each partition of a shared log was
// counted; the log of one daemon has no row there.
//
// Thread safety: none; after Open and Load it belongs to the thread that saves. Errors: those of
// sqlite_connection.h; Load also returns DataLoss, with the table and the row, if a checksum does
// not match or the tables contradict each other.
#ifndef GMEWATCH_DAEMON_LOG_STATE_TABLES_H_
#define GMEWATCH_DAEMON_LOG_STATE_TABLES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/log/sqlite_connection.h"
#include "daemon/model/checkpoint.h"

namespace gmewatch {

class StateTables {
 public:
  // REQUIRES: `connection` has the schema of state_schema.h. Adds checksums and tables to a file of
  // a version without them.
  static absl::StatusOr<std::unique_ptr<StateTables>> Open(
      std::unique_ptr<SqliteConnection> connection);

  StateTables(const StateTables&) = delete;
  StateTables& operator=(const StateTables&) = delete;

  // The complete checkpoint; nullopt in a new file.
  absl::StatusOr<std::optional<Checkpoint>> Load();

  // Merges the changes into the saved checkpoint, in one transaction.
  absl::Status Save(const Checkpoint& checkpoint);

  // The last epoch that the checkpoint covers; 0 in a new file.
  absl::StatusOr<uint64_t> CoveredEpoch();

  // Adds a start to meta; returns their number.
  absl::StatusOr<uint64_t> CountStart();

  // See SqliteConnection::LeaveFilesAlone.
  void LeaveFilesAlone() { connection_->LeaveFilesAlone(); }

 private:
  // A statement for each table, prepared once.
  struct Writers {
    SqliteStatement meta;
    SqliteStatement rejected;
    SqliteStatement codes;
    SqliteStatement places;
    SqliteStatement counters;
    SqliteStatement pages;
    SqliteStatement drop_pages;
    SqliteStatement detector;
    SqliteStatement clear_detector;
    SqliteStatement partitions;
    SqliteStatement clear_partitions;
  };

  explicit StateTables(std::unique_ptr<SqliteConnection> connection)
      : connection_(std::move(connection)) {}
  absl::Status Prepare();
  absl::Status Upgrade(int64_t version);
  absl::Status AddChecksums();
  absl::Status SaveAll(const Checkpoint& checkpoint);
  absl::StatusOr<uint32_t> ChecksumOfMeta(const Checkpoint& checkpoint);
  absl::Status SaveMeta(const Checkpoint& checkpoint);
  absl::Status SaveRows(const Checkpoint& checkpoint);
  absl::Status SaveDetector(const Checkpoint& checkpoint);
  absl::Status SavePartitions(const Checkpoint& checkpoint);
  absl::Status SavePlaces(const Checkpoint& checkpoint);

  std::unique_ptr<SqliteConnection> connection_;
  Writers writers_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_STATE_TABLES_H_
