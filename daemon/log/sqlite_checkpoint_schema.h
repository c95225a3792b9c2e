// The names in state.db, each once. A change here needs a new schema version.
#ifndef GMEWATCH_DAEMON_LOG_SQLITE_CHECKPOINT_SCHEMA_H_
#define GMEWATCH_DAEMON_LOG_SQLITE_CHECKPOINT_SCHEMA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "daemon/log/sqlite_connection.h"

namespace gmewatch {

// Keys of the table meta. Each is there, or none: then nothing was saved yet. Only kMetaTriage may
// be missing besides: files are older than it.
inline constexpr absl::string_view kMetaEpoch = "epoch";
inline constexpr absl::string_view kMetaTimeMs = "time_ms";
inline constexpr absl::string_view kMetaPolicy = "policy";
inline constexpr absl::string_view kMetaBatchesCounted = "batches_counted";
inline constexpr absl::string_view kMetaBatchesDuplicate = "batches_duplicate";
inline constexpr absl::string_view kMetaTriage = "triage";

// "lost_expired" and so on: a column of `places` for each of kLossReasonLabels, in their order.
std::vector<std::string> LostColumns();

SqliteSchema CheckpointSchema();

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_SQLITE_CHECKPOINT_SCHEMA_H_
