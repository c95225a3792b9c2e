// The names in state.db. A change here needs a new schema version.
#ifndef GMEWATCH_DAEMON_LOG_STATE_SCHEMA_H_
#define GMEWATCH_DAEMON_LOG_STATE_SCHEMA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "daemon/log/sqlite_connection.h"

namespace gmewatch {

// Keys of the table meta. All of them are present, or none if nothing was saved yet. Only
// kMetaTriage, kMetaSilence and kMetaSteadyMs may be missing on their own: there are files that are
// older than them.
inline constexpr absl::string_view kMetaEpoch = "epoch";
inline constexpr absl::string_view kMetaTimeMs = "time_ms";
inline constexpr absl::string_view kMetaSteadyMs = "steady_ms";
inline constexpr absl::string_view kMetaPolicy = "policy";
inline constexpr absl::string_view kMetaBatchesCounted = "batches_counted";
inline constexpr absl::string_view kMetaBatchesDuplicate = "batches_duplicate";
inline constexpr absl::string_view kMetaTriage = "triage";
inline constexpr absl::string_view kMetaSilence = "silence";
inline constexpr absl::string_view kMetaCrc = "crc";  // state_checksums.h

// The columns of `places` for kLossReasonLabels, in their order: "lost_expired" and so on.
std::vector<std::string> LostColumns();

SqliteSchema StateSchema();

// The version from which on rows have checksums, and SQL that gives older tables room for them.
inline constexpr int64_t kVersionWithChecksums = 2;
extern const char* const kAddChecksumsSql;
// The same for the positions in a log that several processes write. From this version on a session
// in a page has 64 bytes, too; shorter ones stay until a checkpoint replaces them.
inline constexpr int64_t kVersionWithPartitions = 3;
std::string AddPartitionsSql();

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_STATE_SCHEMA_H_
