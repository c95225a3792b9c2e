// The half of Aggregate that turns its state into a checkpoint and back.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/aggregate/aggregate.h"

namespace gmewatch {

Checkpoint Aggregate::TakeCheckpoint(bool changed_only) {
  absl::MutexLock lock(&mutex_);
  Checkpoint out;
  out.epoch = epoch_;
  out.time_ms = time_ms_;
  policy_.SerializeToString(&out.policy);
  out.batches_counted = batches_counted_.value();
  out.batches_duplicate = batches_duplicate_.value();
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    out.rejected[reason] = {rejected_batches_[reason].value(), rejected_events_[reason].value()};
  }
  for (size_t slot = 0; slot < counters_.codes(); ++slot) {
    out.codes.push_back({static_cast<uint32_t>(slot), counters_.code(slot), slot_in_catalog_[slot],
                         counters_.code_shown(slot)});
  }
  for (uint32_t id = 0; id < counters_.places(); ++id) {
    if (changed_only && !place_changed_[id]) continue;
    place_changed_[id] = false;
    const PlaceCounters& row = counters_.place(id);
    out.places.push_back({.id = id,
                          .place = row.place(),
                          .shown = row.shown(),
                          .success_events = row.success_events(),
                          .sessions = row.sessions()});
    for (size_t reason = 0; reason < kLossReasons; ++reason) {
      out.places.back().lost[reason] = row.lost(reason);
    }
    for (uint32_t slot = 0; slot < counters_.codes(); ++slot) {
      const Cell& cell = row.cell(slot);
      if (cell.events.value() == 0) continue;
      out.counters.push_back(
          {id, slot, cell.events.value(), cell.sessions.value(), cell.late.value()});
    }
  }
  out.pages = sessions_.TakePages(changed_only);
  return out;
}

absl::Status Aggregate::Restore(const Checkpoint& checkpoint) {
  absl::MutexLock lock(&mutex_);
  epoch_ = checkpoint.epoch;
  time_ms_ = checkpoint.time_ms;
  if (!policy_.ParseFromString(checkpoint.policy)) {
    return absl::DataLossError("the checkpoint's policy cannot be read");
  }
  batches_counted_.Add(checkpoint.batches_counted);
  batches_duplicate_.Add(checkpoint.batches_duplicate);
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    rejected_batches_[reason].Add(checkpoint.rejected[reason].batches);
    rejected_events_[reason].Add(checkpoint.rejected[reason].events);
  }
  absl::Status restored = RestoreRows(checkpoint);
  if (!restored.ok()) return restored;
  restored = sessions_.Load(checkpoint.pages);
  session_count_.store(sessions_.size(), std::memory_order_relaxed);
  return restored;
}

absl::Status Aggregate::RestoreRows(const Checkpoint& checkpoint) {
  unknown_codes_ = 0;
  for (const CodeRow& row : checkpoint.codes) {
    if (row.slot >= kCodeSlotsMax || (row.slot != kOtherSlot && row.slot != counters_.codes())) {
      return absl::DataLossError(absl::StrCat("code slot ", row.slot, " is out of order"));
    }
    if (row.slot != kOtherSlot) AddCode(row.code, row.shown);
    slot_in_catalog_[row.slot] = row.in_catalog;
    if (!row.in_catalog) ++unknown_codes_;
  }
  for (const PlaceRow& row : checkpoint.places) {
    if (row.id != counters_.places() || row.id >= Counters::kPlacesMax) {
      return absl::DataLossError(absl::StrCat("row ", row.id, " is out of order"));
    }
    AddPlace(row.place, row.shown);
    place_changed_[row.id] = false;
    PlaceCounters* place = counters_.mutable_place(row.id);
    place->mutable_success()->Add(row.success_events);
    place->mutable_sessions()->Add(row.sessions);
    for (size_t reason = 0; reason < kLossReasons; ++reason) {
      place->mutable_lost(reason)->Add(row.lost[reason]);
    }
  }
  for (const CounterRow& row : checkpoint.counters) {
    if (row.place_id >= counters_.places() || row.slot >= counters_.codes()) {
      return absl::DataLossError(absl::StrCat("a counter names row ", row.place_id, ", slot ",
                                              row.slot, ", which are not there"));
    }
    Cell* cell = counters_.mutable_place(row.place_id)->mutable_cell(row.slot);
    cell->events.Add(row.events);
    cell->sessions.Add(row.sessions);
    cell->late.Add(row.late);
  }
  return absl::OkStatus();
}

}  // namespace gmewatch
