// The checkpoint of the SQLite log: state.db, in tables that a person can query with the sqlite3
// shell, also while the daemon runs:
//
//   SELECT * FROM error_events WHERE app = 'shooter' ORDER BY events DESC;
//
// error_events(app, region, code, events, sessions, late_events) is the view for people; it stands
// on places, codes and counters. session_pages and detector_pages are packings of the aggregate's
// and the detector's own. meta says up to which epoch it counts.
//
// Thread safety: none; after Open and Load it belongs to the thread that saves. Errors: those of
// sqlite_connection.h.
#ifndef GMEWATCH_DAEMON_LOG_SQLITE_CHECKPOINT_H_
#define GMEWATCH_DAEMON_LOG_SQLITE_CHECKPOINT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/log/sqlite_connection.h"
#include "daemon/model/checkpoint.h"

namespace gmewatch {

class SqliteCheckpoint {
 public:
  static absl::StatusOr<std::unique_ptr<SqliteCheckpoint>> Open(const std::string& path);

  SqliteCheckpoint(const SqliteCheckpoint&) = delete;
  SqliteCheckpoint& operator=(const SqliteCheckpoint&) = delete;

  // All of it; none in a new file.
  absl::StatusOr<std::optional<Checkpoint>> Load();

  // Merges it into what is there, in one transaction.
  absl::Status Save(const Checkpoint& checkpoint);

  // The last epoch that is covered; 0 in a new file.
  absl::StatusOr<uint64_t> CoveredEpoch();

  void LeaveFilesAlone() { connection_->LeaveFilesAlone(); }

 private:
  // Prepared once: a statement a table.
  struct Writers {
    SqliteStatement meta;
    SqliteStatement rejected;
    SqliteStatement codes;
    SqliteStatement places;
    SqliteStatement counters;
    SqliteStatement pages;
    SqliteStatement detector;
    SqliteStatement clear_detector;
  };

  explicit SqliteCheckpoint(std::unique_ptr<SqliteConnection> connection)
      : connection_(std::move(connection)) {}
  absl::Status Prepare();
  absl::Status SaveMeta(const Checkpoint& checkpoint);
  absl::Status SaveRows(const Checkpoint& checkpoint);
  absl::Status SaveDetector(const Checkpoint& checkpoint);
  absl::Status SavePlaces(const Checkpoint& checkpoint);

  std::unique_ptr<SqliteConnection> connection_;
  Writers writers_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_SQLITE_CHECKPOINT_H_
