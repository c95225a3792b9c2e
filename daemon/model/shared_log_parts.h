// The parts of an epoch that exist only in a log that several processes write: who wrote it, and
// what counters say to each other and to fronts. What each means: log_record.proto. Plain data.
#ifndef GMEWATCH_DAEMON_MODEL_SHARED_LOG_PARTS_H_
#define GMEWATCH_DAEMON_MODEL_SHARED_LOG_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmewatch/internal/log_record.pb.h"

namespace gmewatch {

// The 16 random bytes of a process. All zero: none.
struct WriterId {
  static constexpr size_t kBytes = 16;

  uint64_t a = 0;
  uint64_t b = 0;

  bool empty() const { return a == 0 && b == 0; }
  std::string ToBytes() const;
  // DataLoss unless `bytes` are 16 and not all zero.
  static absl::StatusOr<WriterId> FromBytes(absl::string_view bytes);

  friend bool operator==(const WriterId&, const WriterId&) = default;
  friend auto operator<=>(const WriterId&, const WriterId&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const WriterId& id) {
    return H::combine(std::move(h), id.a, id.b);
  }
};

// What a counter had counted in a partition before the record at `offset`.
struct PartitionCheck {
  uint64_t offset = 0;
  uint64_t batches_counted = 0;
  uint64_t batches_duplicate = 0;
  uint64_t batches_rejected = 0;
  uint64_t events = 0;
  uint64_t sessions = 0;

  void Write(internal::CheckRecord* record) const;
  static PartitionCheck Read(const internal::CheckRecord& record);

  friend bool operator==(const PartitionCheck&, const PartitionCheck&) = default;
};

struct Marker {
  uint64_t sequence = 0;
  std::optional<uint64_t> sessions_known;
  std::optional<PartitionCheck> check;

  friend bool operator==(const Marker&, const Marker&) = default;
};

// A code that is to have a column of its own, and the app that brought it; empty: the catalogue.
struct ColumnRequest {
  int32_t code = 0;
  std::string app;

  void Write(internal::ColumnRequestRecord* record) const;
  // DataLoss if the app is longer than one can be.
  static absl::StatusOr<ColumnRequest> Read(const internal::ColumnRequestRecord& record);

  friend bool operator==(const ColumnRequest&, const ColumnRequest&) = default;
};

struct SharedLogParts {
  WriterId writer;
  std::optional<Marker> marker;
  std::vector<ColumnRequest> column_requests;
  std::vector<int32_t> granted_codes;

  // Whether it holds nothing that must be committed. Who writes an epoch is no reason to write one.
  bool empty() const {
    return !marker.has_value() && column_requests.empty() && granted_codes.empty();
  }

  // Takes what must not be lost from an earlier epoch that could not be committed.
  void Inherit(const SharedLogParts& failed);

  // Sets the fields of `*record` that are not empty.
  void Write(internal::EpochRecord* record) const;
  // DataLoss if a field is out of range.
  absl::Status Read(const internal::EpochRecord& record);

  friend bool operator==(const SharedLogParts&, const SharedLogParts&) = default;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_SHARED_LOG_PARTS_H_
