// Finds the counter column (the slot) of a code. Codes of the catalogue have a column, codes of
// overlays get one when they first count, and so do the first kUnknownCodesMax other codes, within
// the share of the app that brings them; everything beyond that, or beyond kCodeSlotsMax, is
// counted in kOtherSlot. A code keeps its column for good.
//
// Thread safety: none; only the thread that applies epochs uses it. Its answers depend only on the
// order of its calls.
#ifndef GMEWATCH_DAEMON_AGGREGATE_CODE_INDEX_H_
#define GMEWATCH_DAEMON_AGGREGATE_CODE_INDEX_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "daemon/aggregate/counters.h"
#include "daemon/model/checkpoint.h"
#include "daemon/model/limits.h"

namespace gmewatch {

class CodeIndex {
 public:
  // `counters` must outlive the index, and nobody else may add columns to it.
  explicit CodeIndex(Counters& counters);

  // The column of `code`, which is added if there is room for a code of `app`; otherwise
  // kOtherSlot.
  size_t SlotFor(int32_t code, absl::string_view app) {
    const uint8_t slot = NearSlot(code);
    return slot != kNoSlot ? slot : RareSlotFor(code, app);
  }
  // The column of `code` if it has one; otherwise kOtherSlot.
  size_t Find(int32_t code) const {
    const uint8_t slot = NearSlot(code);
    return slot != kNoSlot ? slot : FindFar(code);
  }

  // The column of `code`, which is added unless the table is full; then kOtherSlot. For a log that
  // says itself which codes have one.
  size_t Grant(int32_t code);

  // From now on: an app's columns once kUnknownCodesCommon are taken (kUnknownCodesOfApp); 0: all.
  void SetShare(uint32_t of_app) { share_ = of_app; }
  // `app` has its first count in this column, in one of its rows.
  void NoteFirst(absl::string_view app, size_t slot) { used_[app].set(slot); }
  // Notes what the counters have, and nothing else.
  void NoteCounters();

  // From now on: the codes of overlays.
  void SetOverlay(absl::Span<const int32_t> codes) { overlay_ = {codes.begin(), codes.end()}; }
  bool IsOverlay(int32_t code) const { return overlay_.contains(code); }
  // Replaces the catalogue and adds the columns that are missing. `shown`: scrapes show the new
  // columns at once.
  void SetCatalog(absl::Span<const int32_t> codes, bool shown);

  // Lets scrapes show the counts of `code`; does nothing if the code has no column.
  void Show(int32_t code);

  // All columns, in order, for a checkpoint.
  std::vector<CodeRow> Rows() const;
  // DataLoss if the rows contradict each other. REQUIRES: no column was added yet.
  absl::Status Load(const std::vector<CodeRow>& rows);

 private:
  static constexpr uint8_t kNoSlot = 255;
  static_assert(kCodeSlotsMax < kNoSlot);

  uint8_t NearSlot(int32_t code) const {
    const auto near = static_cast<uint32_t>(code);  // a negative code is far
    return near < near_slots_.size() ? near_slots_[near] : kNoSlot;
  }
  size_t FindFar(int32_t code) const;
  size_t RareSlotFor(int32_t code, absl::string_view app);
  // For one more unknown code of `app`.
  bool HasRoom(absl::string_view app) const;
  size_t Add(int32_t code, bool shown);
  // A column for a code that the catalogue lacks.
  size_t AddRare(int32_t code);

  Counters& counters_;
  // A table for the codes that GME uses, a map for any other number.
  std::vector<uint8_t> near_slots_;
  absl::flat_hash_map<int32_t, uint8_t> far_slots_;
  absl::flat_hash_set<int32_t> overlay_;
  std::bitset<kCodeSlotsMax> slot_in_catalog_;  // or in an overlay
  // The columns in which an app has counts.
  absl::flat_hash_map<std::string, std::bitset<kCodeSlotsMax>> used_;
  uint32_t share_ = 0;
  size_t unknown_codes_ = 0;  // columns of codes that are in neither
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_CODE_INDEX_H_
