// Everything that one commit makes durable: batches in the order taken, with all that decides how
// they count.
//
// Thread safety: none; an epoch has one owner at a time.
#ifndef GMEWATCH_DAEMON_MODEL_EPOCH_H_
#define GMEWATCH_DAEMON_MODEL_EPOCH_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "daemon/model/batch.h"
#include "daemon/model/reject_reason.h"
#include "gmewatch/internal/log_record.pb.h"

namespace gmewatch {

// How a batch stands in Epoch::batches(): this header, then `entries` times Entry, then `losses`
// times Loss, all in the byte order of x86 and ARM (little-endian) and with every field at a
// multiple of its size.
struct BatchHeader {
  SessionId session;
  uint64_t sequence = 0;
  uint32_t origin = 0;  // index of the epoch's origins
  uint16_t entries = 0;
  uint8_t losses = 0;
  uint8_t late = 0;  // 1: older than kLateAge on arrival
};
static_assert(sizeof(BatchHeader) == 32 && sizeof(Entry) == 8 && sizeof(Loss) == 16);

// Turned away, for one reason.
struct Rejected {
  uint64_t batches = 0;
  uint64_t events = 0;
};
using RejectedByReason = std::array<Rejected, kRejectReasons>;

// A batch inside an epoch; the pointers live as long as the epoch is not changed.
struct BatchView {
  BatchHeader header;
  absl::Span<const Entry> entries;
  absl::Span<const Loss> losses;
};

class Epoch {
 public:
  // Adds a batch in order. REQUIRES: `batch` keeps the limits of limits.h.
  void Add(const Batch& batch, const HashedOrigin& origin);

  // Ready for new batches; memory is kept.
  void Clear();

  // Counts what was turned away.
  void Reject(RejectReason reason, uint64_t batches, uint64_t events);
  // Drops the batches and counts them as turned away.
  void TurnAway(RejectReason reason);
  // Takes over from an epoch before this one, which failed, all that must not be lost; its batches
  // as turned away.
  void TakeOver(const Epoch& failed, RejectReason reason);

  // Nothing in it that would have to be kept.
  bool empty() const;
  // Roughly what a commit writes and what it takes up until then: batches, their details and
  // origins.
  size_t size_bytes() const { return batches_.size() + extra_bytes_; }
  uint64_t batch_count() const { return batch_count_; }
  // Of the batches alone: headers, entries, losses.
  size_t batch_bytes() const { return batches_.size(); }

  // The first batch at or after `*offset`, which moves behind it; false at the end. Start with 0.
  bool Next(size_t* offset, BatchView* batch) const;

  // For the log. Parse checks everything: a header that points outside or a number beyond limits.h
  // is DataLoss, never a crash.
  void Serialize(std::string* record) const;
  static absl::StatusOr<Epoch> Parse(absl::string_view record);

  int64_t time_ms = 0;
  std::optional<internal::Policy> policy;
  std::vector<Detail> details;
  RejectedByReason rejected{};
  std::vector<Place> shown_places;
  std::vector<int32_t> shown_codes;

  const std::vector<Origin>& origins() const { return origins_; }

 private:
  uint32_t OriginIndex(const HashedOrigin& origin);
  absl::Status CheckBatches();

  std::vector<Origin> origins_;
  absl::flat_hash_map<HashedOrigin, uint32_t, HashedOrigin::Hash> origin_index_;
  std::string batches_;  // BatchHeader says how; never in the string's inline buffer, so aligned
  uint64_t batch_count_ = 0;
  size_t extra_bytes_ = 0;  // of origins and of details that came with batches
};

// What became of a batch when its epoch was applied. kRefused: it broke a rule, and its events are
// counted as such.
enum class Verdict : uint8_t { kCounted, kDuplicate, kRefused };

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_EPOCH_H_
