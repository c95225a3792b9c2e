#include "daemon/aggregate/code_index.h"

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

// GME's codes are below this; the codes that games invent may be any number.
constexpr int32_t kNearCodes = 65536;

}  // namespace

CodeIndex::CodeIndex(Counters& counters) : counters_(counters), near_slots_(kNearCodes, kNoSlot) {}

size_t CodeIndex::FindFar(int32_t code) const {
  const auto found = far_slots_.find(code);
  return found != far_slots_.end() ? found->second : kOtherSlot;
}

size_t CodeIndex::RareSlotFor(int32_t code, absl::string_view app) {
  const size_t found = FindFar(code);
  if (found != kOtherSlot || counters_.codes() >= kCodeSlotsMax) return found;
  return overlay_.contains(code) || HasRoom(app) ? AddRare(code) : kOtherSlot;
}

size_t CodeIndex::AddRare(int32_t code) {
  const size_t slot = Add(code, false);
  if (overlay_.contains(code)) {
    slot_in_catalog_[slot] = true;
  } else {
    ++unknown_codes_;
  }
  return slot;
}

size_t CodeIndex::Grant(int32_t code) {
  const size_t found = Find(code);
  return found != kOtherSlot || counters_.codes() >= kCodeSlotsMax ? found : AddRare(code);
}

bool CodeIndex::HasRoom(absl::string_view app) const {
  if (unknown_codes_ >= kUnknownCodesMax) return false;
  if (share_ == 0 || unknown_codes_ < kUnknownCodesCommon) return true;
  const auto used = used_.find(app);
  return used == used_.end() || (used->second & ~slot_in_catalog_).count() < share_;
}

void CodeIndex::NoteCounters() {
  used_.clear();
  for (size_t row = 0; row < counters_.places(); ++row) {
    const PlaceCounters& place = counters_.place(row);
    for (size_t slot = 0; slot < counters_.codes(); ++slot) {
      if (place.cell(slot).events.value() > 0) NoteFirst(place.place().app, slot);
    }
  }
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
  slot_in_catalog_.reset();
  slot_in_catalog_[kOtherSlot] = true;
  unknown_codes_ = 0;
  for (const int32_t code : codes) {
    // The limit of unknown codes does not apply here: only a full table makes this kOtherSlot.
    size_t slot = Find(code);
    if (slot == kOtherSlot && counters_.codes() < kCodeSlotsMax) {
      slot = Add(code, false);
      if (shown) counters_.ShowCode(slot);
    }
    slot_in_catalog_[slot] = true;
  }
  for (size_t slot = kOtherSlot + 1; slot < counters_.codes(); ++slot) {
    if (overlay_.contains(counters_.code(slot))) slot_in_catalog_[slot] = true;
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
