// The epochs of the SQLite log: journal.db, table epochs(number, record, crc).
//
// Thread safety: none; after Open and Replay it belongs to the thread that appends. Epochs that a
// checkpoint covers are dropped a few at a time by the commits that follow, in the same
// transactions: that costs no sync of its own, and nobody ever waits for a long deletion or for
// another writer's lock. The newest epoch always stays, so that the files of two states that do not
// belong together are noticed.
//
// Errors: those of sqlite_connection.h.
#ifndef GMEWATCH_DAEMON_LOG_EPOCH_TABLE_H_
#define GMEWATCH_DAEMON_LOG_EPOCH_TABLE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/log/sqlite_connection.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

class EpochTable {
 public:
  // More than one, so that what a checkpoint covers is gone long before the next one; few, so that
  // a commit's time does not show it.
  static constexpr uint64_t kDropsPerCommit = 8;

  static absl::StatusOr<std::unique_ptr<EpochTable>> Open(const std::string& path);

  EpochTable(const EpochTable&) = delete;
  EpochTable& operator=(const EpochTable&) = delete;

  // Calls `apply` for each epoch after `number` in order. DataLoss, which names the epoch, if one
  // is damaged or missing, and also where epoch `number` itself is not there any more, unless it is
  // 0.
  absl::Status Replay(uint64_t number,
                      const std::function<absl::Status(uint64_t, const Epoch&)>& apply);

  // Durable when Ok. `covered`: the last epoch that a durable checkpoint covers.
  absl::Status Append(uint64_t number, const Epoch& epoch, uint64_t covered);

  void LeaveFilesAlone() { connection_->LeaveFilesAlone(); }

 private:
  explicit EpochTable(std::unique_ptr<SqliteConnection> connection)
      : connection_(std::move(connection)) {}
  absl::Status Prepare();
  absl::Status ReplayRow(uint64_t expected, SqliteStatement& row,
                         const std::function<absl::Status(uint64_t, const Epoch&)>& apply);
  absl::Status Write(uint64_t number, uint64_t covered);
  absl::Status Insert(uint64_t number);
  absl::Status Missing(uint64_t number, absl::string_view instead) const;

  std::unique_ptr<SqliteConnection> connection_;
  SqliteStatement insert_;
  SqliteStatement drop_;
  uint64_t oldest_ = 0;  // the first epoch in the file; 0 when there is none
  std::string record_;   // kept for its memory
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_EPOCH_TABLE_H_
