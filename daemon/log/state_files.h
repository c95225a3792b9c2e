// journal.db and state.db are one state: both have its random id in `meta`. A start checks that
// before it writes anything, then makes durable whatever it will read, and gives ids to new files
// and to those of versions without ids.
//
// Making durable: after a kill or a failed sync the page cache can have what the disk does not
// have. A start that drops epochs or acknowledges a retry because of it would lose both at a power
// loss. So the contents of each WAL are written again, into the file, and synced.
//
// Thread safety: free functions without state. Errors: those of sqlite_connection.h; DataLoss, one
// file is missing or of another state; FailedPrecondition, state.db is a counter's.
#ifndef GMEWATCH_DAEMON_LOG_STATE_FILES_H_
#define GMEWATCH_DAEMON_LOG_STATE_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/log/epoch_mark.h"
#include "daemon/log/sqlite_connection.h"

namespace gmewatch {

// Checks the two and `mark` against each other, makes durable what they hold, and creates in new
// files the tables of their schemas.
absl::Status PrepareStateFiles(SqliteConnection& journal, SqliteConnection& state,
                               const EpochMark& mark, const std::string& state_dir);

// The id of the state; new if neither file has one. After it both have it.
absl::StatusOr<std::string> ShareStateId(SqliteConnection& journal, SqliteConnection& state);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_STATE_FILES_H_
