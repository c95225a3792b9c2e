#include "daemon/aggregate/place_index.h"

#include "absl/strings/str_cat.h"
#include "daemon/model/limits.h"
#include "daemon/model/loss_reason.h"

namespace gmewatch {

uint32_t PlaceIndex::RowFor(const Place& place, size_t max_places) {
  const auto found = rows_.find(place);
  const bool known = found != rows_.end();
  if (known && !counters_.place(found->second).gone()) return found->second;
  if (exact_places_ < max_places && (known || HasRoom())) {
    if (!known) return Add(place, false);
    SetGone(found->second, false);
    return found->second;
  }
  Place overflow = {apps_.contains(place.app) ? place.app : kOtherLabel, kOtherLabel};
  auto other = rows_.find(overflow);
  if (other == rows_.end() && !HasRoom()) {
    overflow.app = kOtherLabel;
    other = rows_.find(overflow);
  }
  if (other == rows_.end()) return Add(overflow, false);
  SetGone(other->second, false);
  return other->second;
}

void PlaceIndex::SetGone(uint32_t row, bool gone) {
  if (counters_.place(row).gone() == gone) return;
  Change(row)->SetGone(gone);
  if (counters_.place(row).place().region == kOtherLabel) return;
  if (gone) {
    --exact_places_;
  } else {
    ++exact_places_;
  }
}

void PlaceIndex::Forget(const struct Forget& what, const internal::Policy& policy) {
  forgot_ = true;
  for (uint32_t id = 0; id < counters_.places(); ++id) {
    const Place& place = counters_.place(id).place();
    if (place.app != what.app || (!what.region.empty() && place.region != what.region)) continue;
    ForgetIn(what, Change(id));
    if (!what.code.has_value()) SetGone(id, true);
  }
  AddConfigured(policy);
}

void PlaceIndex::ForgetIn(const struct Forget& what, PlaceCounters* row) {
  const bool all = !what.code.has_value();
  if (all || *what.code == kSuccessCode) row->mutable_success()->Forget();
  if (all) row->mutable_sessions()->Forget();
  for (size_t reason = 0; all && reason < kLossReasons; ++reason) {
    row->mutable_lost(reason)->Forget();
  }
  uint64_t total = row->success_events();
  for (size_t slot = 0; slot < counters_.codes(); ++slot) {
    const bool named = slot != kOtherSlot && counters_.code(slot) == what.code;
    if (all || named) row->mutable_cell(slot)->Forget();
    total += row->cell(slot).events.value();
  }
  row->mutable_total()->Forget();
  row->mutable_total()->Add(total);
}

void PlaceIndex::AddConfigured(const internal::Policy& policy) {
  for (const internal::PlaceRecord& record : policy.configured()) {
    const Place place = {record.app(), record.region()};
    const auto found = rows_.find(place);
    if (found != rows_.end()) {
      SetGone(found->second, false);
    } else if (HasRoom()) {
      Add(place, false);
    }
  }
}

uint32_t PlaceIndex::Add(const Place& place, bool shown) {
  const auto row = static_cast<uint32_t>(counters_.places());
  counters_.AddPlace(place, shown);
  rows_.emplace(place, row);
  changed_.push_back(true);
  if (place.region != kOtherLabel) {
    ++exact_places_;
    apps_.insert(place.app);
  }
  return row;
}

void PlaceIndex::Show(const Place& place) {
  const auto found = rows_.find(place);
  if (found != rows_.end()) Change(found->second)->Show();
}

void PlaceIndex::TakeRows(bool changed_only, Checkpoint* out) {
  for (uint32_t id = 0; id < counters_.places(); ++id) {
    if (changed_only && !changed_[id]) continue;
    changed_[id] = false;
    const PlaceCounters& row = counters_.place(id);
    out->places.push_back({.id = id,
                           .place = row.place(),
                           .shown = row.shown(),
                           .success_events = row.success_events(),
                           .sessions = row.sessions()});
    out->places.back().gone = row.gone();
    for (size_t reason = 0; reason < kLossReasons; ++reason) {
      out->places.back().lost[reason] = row.lost(reason);
    }
    for (uint32_t slot = 0; slot < counters_.codes(); ++slot) {
      const Cell& cell = row.cell(slot);
      if (cell.events.value() == 0 && !forgot_) continue;
      out->counters.push_back(
          {id, slot, cell.events.value(), cell.sessions.value(), cell.late.value()});
    }
  }
}

absl::Status PlaceIndex::Load(const Checkpoint& checkpoint) {
  for (const PlaceRow& row : checkpoint.places) {
    if (row.id != counters_.places() || row.id >= Counters::kPlacesMax) {
      return absl::DataLossError(absl::StrCat("row ", row.id, " is out of order"));
    }
    Add(row.place, row.shown);
    SetGone(row.id, row.gone);
    changed_[row.id] = false;
    PlaceCounters* place = counters_.mutable_place(row.id);
    place->mutable_success()->Add(row.success_events);
    place->mutable_total()->Add(row.success_events);
    place->mutable_sessions()->Add(row.sessions);
    for (size_t reason = 0; reason < kLossReasons; ++reason) {
      place->mutable_lost(reason)->Add(row.lost[reason]);
    }
  }
  for (const CounterRow& row : checkpoint.counters) {
    if (row.place_id >= counters_.places() || row.slot >= counters_.codes()) {
      return absl::DataLossError(absl::StrCat("a counter names row ", row.place_id, ", slot ",
                                              row.slot, ", which do not exist"));
    }
    PlaceCounters* place = counters_.mutable_place(row.place_id);
    place->mutable_total()->Add(row.events);
    Cell* cell = place->mutable_cell(row.slot);
    cell->late.Add(row.late);
    cell->events.Add(row.events);
    cell->sessions.Add(row.sessions);
  }
  return absl::OkStatus();
}

}  // namespace gmewatch
