#include "daemon/model/packed_batches.h"

#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/model/limits.h"
#include "daemon/model/loss_reason.h"

namespace gmewatch {
namespace {

template <typename T>
void AppendRaw(std::string* out, const T* items, size_t n) {
  // The standard has no cast-free way to see objects as bytes.
  out->append(reinterpret_cast<const char*>(items), n * sizeof(T));
}

constexpr uint8_t kFlags = BatchHeader::kLate | BatchHeader::kHasSender | BatchHeader::kRelayed;

size_t SizeOf(const BatchHeader& header) {
  return sizeof(header) + (header.Has(BatchHeader::kHasSender) ? sizeof(Batch::sender) : 0) +
         header.entries * sizeof(Entry) + header.losses * sizeof(Loss);
}

absl::Status Damaged(size_t offset, absl::string_view how) {
  return absl::DataLossError(absl::StrCat("the batch at byte ", offset, " ", how));
}

// Counting relies on this: reasons are indices, and no sum overflows. REQUIRES: `batch` lies inside
// its epoch.
absl::Status CheckLimits(const BatchView& batch, size_t offset) {
  // Logs outlive versions, so these limits may rise but never fall.
  bool kept =
      batch.header.entries <= kEntriesPerBatchMax && batch.header.losses <= kLossesPerBatchMax;
  for (const Entry& entry : batch.entries) {
    kept = kept && entry.count >= 1 && entry.count <= kCountMax;
  }
  for (const Loss& loss : batch.losses) {
    if (loss.reason >= kLossReasons) {
      return absl::DataLossError(absl::StrCat("loss reason ", loss.reason, " is unknown"));
    }
    kept = kept && loss.events <= kLostEventsMax;
  }
  return kept ? absl::OkStatus() : Damaged(offset, "breaks a limit");
}

}  // namespace

absl::StatusOr<PackedBatches> PackedBatches::Parse(std::string bytes, size_t origins) {
  PackedBatches batches;
  batches.bytes_ = std::move(bytes);
  const std::string& packed = batches.bytes_;
  size_t offset = 0;
  while (offset < packed.size()) {
    BatchHeader header;
    if (packed.size() - offset < sizeof(header)) {
      return absl::DataLossError(absl::StrCat("a batch header is cut off at byte ", offset));
    }
    std::memcpy(&header, packed.data() + offset, sizeof(header));
    if ((header.flags & ~kFlags) != 0) return Damaged(offset, "breaks a limit");
    if (packed.size() - offset < SizeOf(header) || header.origin >= origins) {
      return Damaged(offset, "points outside the epoch");
    }
    const size_t begin = offset;
    BatchView batch;
    batches.Next(&offset, &batch);
    absl::Status kept = CheckLimits(batch, begin);
    if (!kept.ok()) return kept;
    ++batches.count_;
  }
  return batches;
}

void PackedBatches::Add(const Batch& batch, uint32_t origin) {
  BatchHeader header;
  header.session = batch.session;
  header.sequence = batch.sequence;
  header.origin = origin;
  header.entries = static_cast<uint16_t>(batch.entries.size());
  header.losses = static_cast<uint8_t>(batch.losses.size());
  if (batch.late) header.flags |= BatchHeader::kLate;
  if (batch.relayed) header.flags |= BatchHeader::kRelayed;
  if (batch.sender != 0) header.flags |= BatchHeader::kHasSender;
  AppendRaw(&bytes_, &header, 1);
  if (batch.sender != 0) AppendRaw(&bytes_, &batch.sender, 1);
  AppendRaw(&bytes_, batch.entries.data(), batch.entries.size());
  AppendRaw(&bytes_, batch.losses.data(), batch.losses.size());
  ++count_;
}

void PackedBatches::Clear() {
  bytes_.clear();
  count_ = 0;
}

bool PackedBatches::Next(size_t* offset, BatchView* batch) const {
  if (*offset >= bytes_.size()) return false;
  const char* at = bytes_.data() + *offset;
  std::memcpy(&batch->header, at, sizeof(BatchHeader));
  at += sizeof(BatchHeader);
  batch->sender = 0;
  if (batch->header.Has(BatchHeader::kHasSender)) {
    std::memcpy(&batch->sender, at, sizeof(batch->sender));
    at += sizeof(batch->sender);
  }
  // Aligned: the heap block is, and header, sender, Entry and Loss are all multiples of eight bytes
  // long.
  batch->entries = {reinterpret_cast<const Entry*>(at), batch->header.entries};
  at += sizeof(Entry) * batch->header.entries;
  batch->losses = {reinterpret_cast<const Loss*>(at), batch->header.losses};
  at += sizeof(Loss) * batch->header.losses;
  *offset = static_cast<size_t>(at - bytes_.data());
  return true;
}

}  // namespace gmewatch
