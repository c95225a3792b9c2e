// The table epochs(number, record, crc) of journal.db, which holds the epochs of the SQLite log.
//
// The commits after a checkpoint drop the epochs that it covers, a few at a time and in their own
// transactions. So dropping costs no sync, and nobody waits for a long deletion or for the lock of
// another writer. The newest epoch is never dropped, so that Replay notices a state.db of another
// time.
//
// Thread safety: none; after Open and Replay it belongs to the thread that appends. Errors: those
// of sqlite_connection.h.
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
  // More than one, so that all covered epochs are dropped long before the next checkpoint; few, so
  // that commits do not become slower.
  static constexpr uint64_t kDropsPerCommit = 8;

  // How journal.db is created.
  static SqliteSchema Schema();
  // REQUIRES: `connection` has that schema.
  static absl::StatusOr<std::unique_ptr<EpochTable>> Open(
      std::unique_ptr<SqliteConnection> connection);

  EpochTable(const EpochTable&) = delete;
  EpochTable& operator=(const EpochTable&) = delete;

  // The number of the newest epoch; 0 if it has no epoch.
  absl::StatusOr<uint64_t> Newest();

  // Calls `apply` for each epoch after `number`, in order. DataLoss that names the epoch if one is
  // damaged or missing, also among those up to `number` that have not been dropped yet: otherwise
  // the commit that drops it would find the damage. Epoch `number` itself must exist too, unless it
  // is 0.
  absl::Status Replay(uint64_t number,
                      const std::function<absl::Status(uint64_t, const Epoch&)>& apply);

  // Ok: the epoch is durable. `covered`: the last epoch that a durable checkpoint covers.
  absl::Status Append(uint64_t number, const Epoch& epoch, uint64_t covered);

  // See SqliteConnection::LeaveFilesAlone.
  void LeaveFilesAlone() { connection_->LeaveFilesAlone(); }

 private:
  explicit EpochTable(std::unique_ptr<SqliteConnection> connection)
      : connection_(std::move(connection)) {}
  absl::Status Prepare();
  absl::Status CheckRow(uint64_t number, const SqliteStatement& row) const;
  absl::Status ReplayRow(uint64_t expected, const SqliteStatement& row,
                         const std::function<absl::Status(uint64_t, const Epoch&)>& apply);
  absl::Status Write(uint64_t number, uint64_t covered);
  absl::Status Insert(uint64_t number);
  absl::Status Missing(uint64_t number, absl::string_view instead) const;

  std::unique_ptr<SqliteConnection> connection_;
  SqliteStatement insert_;
  SqliteStatement drop_;
  uint64_t oldest_ = 0;   // the first epoch in the file; 0 if the file has none
  uint64_t dropped_ = 0;  // the last value of `covered` up to which all epochs were dropped
  std::string record_;    // of the last epoch; a member so that its memory is used again
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_EPOCH_TABLE_H_
