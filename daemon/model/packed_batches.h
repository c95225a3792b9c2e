// The batches of an epoch in one string: adding a batch is an append, reading one needs no parsing,
// and the event log stores the string as it is.
//
// A batch is a BatchHeader, its sender if it has one, then `entries` times Entry, then `losses`
// times Loss, all in the byte order of x86 and ARM (little-endian) and with every field at a
// multiple of its size. Stored logs hold this layout, so it must not change.
//
// Thread safety: none; it has one owner at a time.
#ifndef GMEWATCH_DAEMON_MODEL_PACKED_BATCHES_H_
#define GMEWATCH_DAEMON_MODEL_PACKED_BATCHES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "daemon/model/batch.h"

namespace gmewatch {

struct BatchHeader {
  SessionId session;
  uint64_t sequence = 0;
  uint32_t origin = 0;  // index of the epoch's origins
  uint16_t entries = 0;
  uint8_t losses = 0;
  uint8_t flags = 0;

  // Flags; a log of an older daemon has kLate alone. kHasSender: Batch::sender follows.
  static constexpr uint8_t kLate = 1;
  static constexpr uint8_t kHasSender = 2;
  static constexpr uint8_t kRelayed = 4;
  bool Has(uint8_t flag) const { return (flags & flag) != 0; }
};
static_assert(sizeof(BatchHeader) == 32 && sizeof(Entry) == 8 && sizeof(Loss) == 16);

// A batch in a PackedBatches. The spans are valid until that is changed.
struct BatchView {
  BatchHeader header;
  uint64_t sender = 0;
  absl::Span<const Entry> entries;
  absl::Span<const Loss> losses;
};

class PackedBatches {
 public:
  // Checks everything, so that walking and counting the batches is safe: DataLoss if a batch is cut
  // off, names an origin that is not below `origins`, or breaks a limit of limits.h.
  static absl::StatusOr<PackedBatches> Parse(std::string bytes, size_t origins);

  // Adds a batch without its details. REQUIRES: `batch` keeps the limits of limits.h.
  void Add(const Batch& batch, uint32_t origin);

  // Memory is kept for new batches.
  void Clear();

  // Reads the batch at `*offset` and moves `*offset` behind it; false after the last batch. Start
  // with 0.
  bool Next(size_t* offset, BatchView* batch) const;

  bool empty() const { return bytes_.empty(); }
  uint32_t count() const { return count_; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;  // never in the string's inline buffer, so it is aligned
  uint32_t count_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_PACKED_BATCHES_H_
