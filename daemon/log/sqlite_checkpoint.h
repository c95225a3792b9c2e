// A checkpoint as the tables of state.db.
//
// Thread safety: free functions over a database that one thread uses. Errors: as event_log.h says.
#ifndef GMEWATCH_DAEMON_LOG_SQLITE_CHECKPOINT_H_
#define GMEWATCH_DAEMON_LOG_SQLITE_CHECKPOINT_H_

#include <optional>

#include "absl/status/statusor.h"
#include "daemon/log/sqlite_db.h"
#include "daemon/model/checkpoint.h"

namespace gmewatch {

// Makes the tables. Numbers above 2^63-1 show as negative ones: SQLite's integers are signed.
inline constexpr char kCheckpointSchema[] = R"sql(
CREATE TABLE checkpoint (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL,            -- the last one covered
  time_ms INTEGER NOT NULL,          -- its time, since 1970
  policy BLOB NOT NULL,              -- gmewatch.internal.Policy
  batches_counted INTEGER NOT NULL,
  batches_duplicate INTEGER NOT NULL);
CREATE TABLE rejected (
  reason INTEGER PRIMARY KEY,
  label TEXT NOT NULL,
  batches INTEGER NOT NULL,
  events INTEGER NOT NULL);
CREATE TABLE codes (
  slot INTEGER PRIMARY KEY,          -- 0: all codes beyond the bound
  code INTEGER NOT NULL,
  in_catalog INTEGER NOT NULL,
  shown INTEGER NOT NULL);
CREATE TABLE places (
  id INTEGER PRIMARY KEY,
  app TEXT NOT NULL,
  region TEXT NOT NULL,
  shown INTEGER NOT NULL,
  success_events INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  lost_unspecified INTEGER NOT NULL,
  lost_too_many_codes INTEGER NOT NULL,
  lost_expired INTEGER NOT NULL,
  lost_refused INTEGER NOT NULL,
  lost_spool_full INTEGER NOT NULL);
CREATE TABLE counters (
  place_id INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  events INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  late_events INTEGER NOT NULL,
  PRIMARY KEY (place_id, slot)) WITHOUT ROWID;
CREATE TABLE session_pages (page INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE VIEW error_events AS
  SELECT app, region, CASE slot WHEN 0 THEN 'other' ELSE CAST(code AS TEXT) END AS code,
         counters.events, counters.sessions, counters.late_events
  FROM counters JOIN places ON places.id = counters.place_id JOIN codes USING (slot)
  ORDER BY counters.events DESC;
)sql";

// None in a new file; DataLoss where it cannot be read.
absl::StatusOr<std::optional<Checkpoint>> ReadCheckpoint(SqliteDb* db);

// In one transaction; rows that it does not have stay as they are.
absl::Status WriteCheckpoint(const Checkpoint& checkpoint, SqliteDb* db);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_SQLITE_CHECKPOINT_H_
