// Reads a checkpoint back from the tables of state.db (state_schema.h).
//
// Thread safety: none. Errors: those of sqlite_connection.h; DataLoss also, with the table and the
// row, if a checksum does not match or the tables contradict each other.
#ifndef GMEWATCH_DAEMON_LOG_STATE_READER_H_
#define GMEWATCH_DAEMON_LOG_STATE_READER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/log/sqlite_connection.h"
#include "daemon/model/checkpoint.h"

namespace gmewatch {

class StateReader {
 public:
  // kWithoutChecksums: the tables are of a version that had none.
  enum Kind { kWithChecksums, kWithoutChecksums };
  // `connection` must outlive the reader.
  explicit StateReader(SqliteConnection& connection, Kind kind = kWithChecksums)
      : connection_(connection), checked_(kind == kWithChecksums) {}

  // The complete checkpoint; nullopt if the file holds none yet.
  absl::StatusOr<std::optional<Checkpoint>> Read();

  // The last epoch that the checkpoint covers; 0 if the file holds none yet.
  absl::StatusOr<uint64_t> CoveredEpoch();

 private:
  // False if the file holds no checkpoint yet.
  absl::StatusOr<bool> ReadMeta(Checkpoint* checkpoint);
  absl::Status ReadRejected(RejectedByReason* rejected);
  absl::Status ReadCodes(std::vector<CodeRow>* codes);
  absl::Status ReadPlaces(std::vector<PlaceRow>* places);
  absl::Status ReadCounters(std::vector<CounterRow>* counters);
  absl::Status ReadSessions(std::vector<SessionPage>* pages);
  absl::Status ReadDetector(std::vector<DetectorPage>* pages);
  absl::Status ReadPartitions(std::vector<PartitionRow>* partitions);
  absl::Status CheckPlaces(const Checkpoint& checkpoint) const;
  absl::Status CheckMeta(const Checkpoint& checkpoint) const;
  // The column with a row's checksum.
  absl::string_view CrcColumn() const { return checked_ ? "crc" : "0"; }
  // Whether the row has that checksum in `column`, or needs none.
  bool Matches(const SqliteStatement& row, int column, uint32_t crc) const {
    return !checked_ || row.Int64(column) == crc;
  }
  absl::Status Damaged(absl::string_view what) const;
  absl::Status ForEachRow(absl::string_view sql,
                          absl::FunctionRef<absl::Status(const SqliteStatement&)> use);

  SqliteConnection& connection_;
  const bool checked_;
  std::optional<uint64_t> meta_crc_;
  std::vector<uint64_t> place_crcs_;  // in the order of Checkpoint::places
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_STATE_READER_H_
