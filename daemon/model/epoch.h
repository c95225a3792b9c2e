// One epoch of the event log: the batches that one commit makes durable, in the order taken, with
// everything that decides how they count. Its record in the log is the Protobuf message EpochRecord
// (proto/gmewatch/internal/log_record.proto).
//
// Thread safety: none; an epoch has one owner at a time.
#ifndef GMEWATCH_DAEMON_MODEL_EPOCH_H_
#define GMEWATCH_DAEMON_MODEL_EPOCH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/model/batch.h"
#include "daemon/model/packed_batches.h"
#include "daemon/model/reject_reason.h"
#include "daemon/model/shared_log_parts.h"
#include "gmewatch/internal/log_record.pb.h"

namespace gmewatch {

// Rejected for one reason.
struct Rejected {
  uint64_t batches = 0;
  uint64_t events = 0;
};
using RejectedByReason = std::array<Rejected, kRejectReasons>;

// Series that begin again at zero.
struct Forget {
  std::string app;
  std::string region;           // empty: all of the app
  std::optional<int32_t> code;  // absent: all, and the counts of the place

  friend bool operator==(const Forget&, const Forget&) = default;
};

// Whether a stored time or duration in milliseconds is so far from the largest numbers that
// differences cannot overflow.
bool IsTime(int64_t ms);
// DataLoss if a number of a stored policy is out of range: counting relies on these.
absl::Status CheckPolicy(const internal::Policy& policy);

class Epoch {
 public:
  // EpochRecord.format of what this version writes and the newest that it reads.
  static constexpr uint32_t kFormat = 0;

  // Adds a batch in order. REQUIRES: `batch` keeps the limits of limits.h.
  void Add(const Batch& batch, const HashedOrigin& origin);

  // Makes the epoch empty; memory is kept for new batches.
  void Clear();

  // Counts batches, which are not in the epoch, as rejected.
  void Reject(RejectReason reason, uint64_t batches, uint64_t events);
  // Removes the epoch's own batches and counts them as rejected.
  void RejectBatches(RejectReason reason);
  // Takes everything that must not be lost from an earlier epoch that could not be committed. The
  // batches of that epoch are counted as rejected.
  void Inherit(const Epoch& failed, RejectReason reason);

  // Whether the epoch holds nothing that must be committed.
  bool empty() const;
  // Roughly the bytes that a commit writes, and that the epoch occupies until then: batches, their
  // details and origins.
  size_t size_bytes() const { return batch_bytes() + extra_bytes_; }
  // Bytes of the batches alone: headers, entries, losses.
  size_t batch_bytes() const { return batches_.bytes().size(); }

  // Reads the batch at `*offset` and moves `*offset` behind it; false after the last batch. Start
  // with 0.
  bool Next(size_t* offset, BatchView* batch) const { return batches_.Next(offset, batch); }

  // Replaces `*record` by the epoch's record.
  void Serialize(std::string* record) const;
  // Checks everything: a batch that points outside the epoch or breaks a limit of limits.h is
  // DataLoss, never a crash. Unimplemented: the record is of a newer version, which counts it
  // otherwise.
  static absl::StatusOr<Epoch> Parse(absl::string_view record);

  // Milliseconds since 1970, for people and the history of counts.
  int64_t time_ms = 0;
  // What sessions expire by: time on the monotonic clock while daemons ran (log_record.proto). 0:
  // that of an older record, for which time_ms stands.
  int64_t steady_ms = 0;
  std::optional<internal::Policy> policy;
  std::vector<Detail> details;
  RejectedByReason rejected{};
  std::vector<Place> shown_places;
  std::vector<int32_t> shown_codes;
  // See log_record.proto.
  std::optional<int64_t> once_horizon_ms;
  std::vector<Forget> forget;
  // Only in a log that several processes write. Where it has a writer, `rejected` are running sums.
  SharedLogParts shared;

  const std::vector<Origin>& origins() const { return origins_; }

 private:
  uint32_t OriginIndex(const HashedOrigin& origin);

  std::vector<Origin> origins_;
  absl::flat_hash_map<HashedOrigin, uint32_t, HashedOrigin::Hash> origin_index_;
  PackedBatches batches_;
  size_t extra_bytes_ = 0;  // of origins and of details that came with batches
};

// The result of a batch when its epoch is applied. kRejected: the batch broke a rule and is not in
// the epoch; its events are counted as rejected. The last three are in the epoch, and counting them
// as rejected is part of applying it: the session belongs to another app, its sequence number is
// too far above the last one, or a series would pass kSeriesEventsMax.
enum class Verdict : uint8_t {
  kCounted,
  kDuplicate,
  kRejected,
  kOtherApp,
  kSequenceJump,
  kSeriesFull
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_EPOCH_H_
