#include "daemon/aggregate/code_index.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

// GME's codes are below this; the codes that games invent may be any number.
constexpr int32_t kNearCodes = 65536;

}  // namespace

CodeIndex::CodeIndex(Counters& counters)
    : counters_(counters), near_slots_(kNearCodes, kNoSlot), slot_in_catalog_(kCodeSlotsMax) {}

size_t CodeIndex::RareSlotFor(int32_t code) {
  const auto found = far_slots_.find(code);
  if (found != far_slots_.end()) return found->second;
  if (unknown_codes_ >= kUnknownCodesMax || counters_.codes() >= kCodeSlotsMax) return kOtherSlot;
  ++unknown_codes_;
  return Add(code, false);
}

size_t CodeIndex::Add(int32_t code, bool shown) {
  const size_t slot = counters_.AddCode(code, shown);
  if (code >= 0 && code < kNearCodes) {
    near_slots_[static_cast<size_t>(code)] = static_cast<uint8_t>(slot);
  } else {
    far_slots_[code] = static_cast<uint8_t>(slot);
  }
  return slot;
}

void CodeIndex::SetCatalog(absl::Span<const int32_t> codes, bool shown) {
  std::fill(slot_in_catalog_.begin(), slot_in_catalog_.end(), false);
  slot_in_catalog_[kOtherSlot] = true;
  unknown_codes_ = 0;
  for (const int32_t code : codes) {
    // The limit of unknown codes does not apply here: only a full table makes this kOtherSlot.
    const size_t before = counters_.codes();
    const size_t slot = SlotFor(code);
    if (slot == before && shown) counters_.ShowCode(slot);
    unknown_codes_ = 0;
    slot_in_catalog_[slot] = true;
  }
  for (size_t slot = 0; slot < counters_.codes(); ++slot) {
    if (!slot_in_catalog_[slot]) ++unknown_codes_;
  }
}

void CodeIndex::Show(int32_t code) {
  for (size_t slot = kOtherSlot + 1; slot < counters_.codes(); ++slot) {
    if (counters_.code(slot) == code) counters_.ShowCode(slot);
  }
}

std::vector<CodeRow> CodeIndex::Rows() const {
  std::vector<CodeRow> rows;
  for (size_t slot = 0; slot < counters_.codes(); ++slot) {
    rows.push_back({static_cast<uint32_t>(slot), counters_.code(slot), slot_in_catalog_[slot],
                    counters_.code_shown(slot)});
  }
  return rows;
}

absl::Status CodeIndex::Load(const std::vector<CodeRow>& rows) {
  unknown_codes_ = 0;
  for (const CodeRow& row : rows) {
    if (row.slot >= kCodeSlotsMax || (row.slot != kOtherSlot && row.slot != counters_.codes())) {
      return absl::DataLossError(absl::StrCat("code slot ", row.slot, " is out of order"));
    }
    if (row.slot != kOtherSlot) Add(row.code, row.shown);
    slot_in_catalog_[row.slot] = row.in_catalog;
    if (!row.in_catalog) ++unknown_codes_;
  }
  return absl::OkStatus();
}

}  // namespace gmewatch
