#include "daemon/log/state_schema.h"

#include "absl/strings/str_cat.h"
#include "daemon/model/loss_reason.h"

namespace gmewatch {
namespace {

// Slot 0 is the overflow code "other".
constexpr absl::string_view kTablesSql = R"sql(
CREATE TABLE codes(
  slot INTEGER PRIMARY KEY, code INTEGER NOT NULL, in_catalog INTEGER NOT NULL,
  shown INTEGER NOT NULL);
CREATE TABLE counters(
  place_id INTEGER NOT NULL, slot INTEGER NOT NULL, events INTEGER NOT NULL,
  sessions INTEGER NOT NULL, late_events INTEGER NOT NULL,
  PRIMARY KEY(place_id, slot)) WITHOUT ROWID;
CREATE TABLE session_pages(
  page INTEGER PRIMARY KEY, bytes BLOB NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE detector_pages(
  app TEXT NOT NULL, region TEXT NOT NULL, bytes BLOB NOT NULL, crc INTEGER NOT NULL,
  PRIMARY KEY(app, region));
CREATE TABLE rejected(
  number INTEGER PRIMARY KEY, reason TEXT NOT NULL, batches INTEGER NOT NULL,
  events INTEGER NOT NULL);
CREATE VIEW error_events AS
  SELECT p.app AS app, p.region AS region,
         CASE c.slot WHEN 0 THEN 'other' ELSE CAST(k.code AS TEXT) END AS code,
         c.events AS events, c.sessions AS sessions, c.late_events AS late_events
  FROM counters c JOIN places p ON p.id = c.place_id LEFT JOIN codes k ON k.slot = c.slot;
)sql";

// Its rows are replaced as a whole, and covered by the checksum in meta.
constexpr absl::string_view kPartitionsSql = R"sql(
CREATE TABLE partitions(
  topic TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL,
  time_ms INTEGER NOT NULL, state BLOB NOT NULL, PRIMARY KEY(topic, partition));
)sql";

}  // namespace

// SQLite wants a default for the rows that exist.
const char* const kAddChecksumsSql = R"sql(
ALTER TABLE places ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session_pages ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE detector_pages ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET value = 2 WHERE key = 'schema_version';
)sql";

std::string AddPartitionsSql() {
  return absl::StrCat(kPartitionsSql, "UPDATE meta SET value = 3 WHERE key = 'schema_version';");
}

std::vector<std::string> LostColumns() {
  std::vector<std::string> columns;
  columns.reserve(kLossReasons);
  for (const absl::string_view label : kLossReasonLabels) {
    columns.push_back(absl::StrCat("lost_", label));
  }
  return columns;
}

SqliteSchema StateSchema() {
  SqliteSchema schema;
  schema.application_id = 0x474d5753;  // "GMWS"
  schema.version = kVersionWithPartitions;
  schema.oldest_version = 1;
  schema.sql =
      "CREATE TABLE places(id INTEGER PRIMARY KEY, app TEXT NOT NULL, region TEXT NOT NULL, "
      "shown INTEGER NOT NULL, success_events INTEGER NOT NULL, sessions INTEGER NOT NULL";
  for (const std::string& column : LostColumns()) {
    absl::StrAppend(&schema.sql, ", ", column, " INTEGER NOT NULL");
  }
  absl::StrAppend(&schema.sql, ", crc INTEGER NOT NULL);", kTablesSql, kPartitionsSql);
  return schema;
}

}  // namespace gmewatch
