#include "daemon/aggregate/aggregate.h"

#include <algorithm>

#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

// GME's codes are below this; the codes that games make up may be anything.
constexpr int32_t kNearCodes = 65536;

// As many batches are looked up ahead as memory can fetch at once.
constexpr size_t kLookAhead = 16;

// Two hundred epochs a second pass over a million sessions in 80 s.
constexpr size_t kSweepSlotsPerEpoch = 64;

uint32_t Seconds(int64_t ms) { return static_cast<uint32_t>(std::max<int64_t>(0, ms / 1000)); }

}  // namespace

Aggregate::Aggregate() : near_slots_(kNearCodes, kNoSlot), slot_in_catalog_(kCodeSlotsMax) {}

void Aggregate::Apply(uint64_t number, const Epoch& epoch, std::vector<Verdict>* verdicts) {
  absl::MutexLock lock(&mutex_);
  epoch_ = number;
  time_ms_ = epoch.time_ms;
  if (epoch.policy.has_value()) ApplyPolicy(*epoch.policy);
  now_s_ = Seconds(time_ms_);
  oldest_s_ = Seconds(time_ms_ - policy_.session_horizon_ms());
  ApplyShown(epoch);
  ApplyRejected(epoch);

  origin_places_.clear();
  for (const Origin& origin : epoch.origins()) {
    origin_places_.push_back(PlaceFor({origin.app, origin.region}));
  }
  verdicts->clear();
  std::array<BatchView, kLookAhead> batches;
  std::array<size_t, kLookAhead> hashes;
  size_t offset = 0;
  for (size_t n = kLookAhead; n == kLookAhead;) {
    n = 0;
    while (n < kLookAhead && epoch.Next(&offset, &batches[n])) {
      hashes[n] = SessionTable::Hash(batches[n].header.session);
      sessions_.PrefetchIndex(hashes[n]);
      ++n;
    }
    for (size_t i = 0; i < n; ++i) sessions_.PrefetchSession(hashes[i]);
    for (size_t i = 0; i < n; ++i) verdicts->push_back(ApplyBatch(batches[i], hashes[i]));
  }
  sessions_.Sweep(oldest_s_, kSweepSlotsPerEpoch);
  session_count_.store(sessions_.size(), std::memory_order_relaxed);
}

Verdict Aggregate::ApplyBatch(const BatchView& batch, size_t hash) {
  Session* session = sessions_.Change(SessionFor(batch, hash));
  session->last_seen_s = now_s_;
  if (batch.header.sequence <= session->last_sequence) {
    batches_duplicate_.Add(1);
    return Verdict::kDuplicate;
  }
  session->last_sequence = batch.header.sequence;
  const uint32_t place = origin_places_[batch.header.origin];
  place_changed_[place] = true;
  Count(batch, session, counters_.mutable_place(place));
  batches_counted_.Add(1);
  return Verdict::kCounted;
}

uint32_t Aggregate::SessionFor(const BatchView& batch, size_t hash) {
  uint32_t slot = sessions_.Find(batch.header.session, hash);
  if (slot != SessionTable::kNone && sessions_.at(slot).last_seen_s >= oldest_s_) return slot;
  if (slot == SessionTable::kNone) slot = sessions_.Insert(batch.header.session, hash);
  const uint32_t place = origin_places_[batch.header.origin];
  Session* session = sessions_.Change(slot);
  *session = Session();
  session->id = batch.header.session;
  session->place = place;
  counters_.mutable_place(place)->mutable_sessions()->Add(1);
  place_changed_[place] = true;
  return slot;
}

void Aggregate::Count(const BatchView& batch, Session* session, PlaceCounters* place) {
  const bool late = batch.header.late != 0;
  for (const Entry& entry : batch.entries) {
    if (entry.code == kSuccessCode) {
      place->mutable_success()->Add(entry.count);
      continue;
    }
    const size_t slot = SlotFor(entry.code);
    Cell* cell = place->mutable_cell(slot);
    cell->events.Add(entry.count);
    if (late) {
      cell->late.Add(entry.count);
    } else {
      cell->EnsureSenders().Add(batch.header.session, entry.count);
    }
    uint64_t& seen = session->seen[slot / 64];
    const uint64_t bit = uint64_t{1} << (slot % 64);
    if ((seen & bit) == 0) {
      seen |= bit;
      cell->sessions.Add(1);
    }
  }
  for (const Loss& loss : batch.losses) place->mutable_lost(loss.reason)->Add(loss.events);
}

size_t Aggregate::RareSlotFor(int32_t code) {
  const auto found = far_slots_.find(code);
  if (found != far_slots_.end()) return found->second;
  if (unknown_codes_ >= kUnknownCodesMax || counters_.codes() >= kCodeSlotsMax) return kOtherSlot;
  ++unknown_codes_;
  return AddCode(code, false);
}

size_t Aggregate::AddCode(int32_t code, bool shown) {
  const size_t slot = counters_.AddCode(code, shown);
  if (code >= 0 && code < kNearCodes) {
    near_slots_[static_cast<size_t>(code)] = static_cast<uint8_t>(slot);
  } else {
    far_slots_[code] = static_cast<uint8_t>(slot);
  }
  return slot;
}

uint32_t Aggregate::PlaceFor(const Place& place) {
  const auto found = place_ids_.find(place);
  if (found != place_ids_.end()) return found->second;
  if (exact_places_ < policy_.max_app_regions()) return AddPlace(place, false);
  const Place less = {apps_.contains(place.app) ? place.app : kOtherLabel, kOtherLabel};
  const auto other = place_ids_.find(less);
  return other != place_ids_.end() ? other->second : AddPlace(less, false);
}

uint32_t Aggregate::AddPlace(const Place& place, bool shown) {
  const auto id = static_cast<uint32_t>(counters_.places());
  counters_.AddPlace(place, shown);
  place_ids_.emplace(place, id);
  place_changed_.push_back(true);
  if (place.region != kOtherLabel) {
    ++exact_places_;
    apps_.insert(place.app);
  }
  return id;
}

void Aggregate::ApplyPolicy(const internal::Policy& policy) {
  policy_ = policy;
  // Where there is no row yet, none can have been seen without these columns.
  const bool shown = counters_.places() == 0;
  std::fill(slot_in_catalog_.begin(), slot_in_catalog_.end(), false);
  slot_in_catalog_[kOtherSlot] = true;
  unknown_codes_ = 0;
  for (const int32_t code : policy.catalog_codes()) {
    // Unknown codes are not yet reckoned, so only a full table can make this "other".
    const size_t before = counters_.codes();
    const size_t slot = SlotFor(code);
    if (slot == before && shown) counters_.ShowCode(slot);
    unknown_codes_ = 0;
    slot_in_catalog_[slot] = true;
  }
  for (size_t slot = 0; slot < counters_.codes(); ++slot) {
    if (!slot_in_catalog_[slot]) ++unknown_codes_;
  }
  for (const internal::PlaceRecord& place : policy.configured()) {
    const Place wanted = {place.app(), place.region()};
    if (!place_ids_.contains(wanted) && counters_.places() < Counters::kPlacesMax) {
      AddPlace(wanted, false);
    }
  }
}

void Aggregate::ApplyShown(const Epoch& epoch) {
  for (const Place& place : epoch.shown_places) {
    const auto found = place_ids_.find(place);
    if (found == place_ids_.end()) continue;
    counters_.mutable_place(found->second)->Show();
    place_changed_[found->second] = true;
  }
  for (const int32_t code : epoch.shown_codes) {
    for (size_t slot = kOtherSlot + 1; slot < counters_.codes(); ++slot) {
      if (counters_.code(slot) == code) counters_.ShowCode(slot);
    }
  }
}

void Aggregate::ApplyRejected(const Epoch& epoch) {
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    rejected_batches_[reason].Add(epoch.rejected[reason].batches);
    rejected_events_[reason].Add(epoch.rejected[reason].events);
  }
}

bool Aggregate::Knows(const SessionId& id) const {
  absl::MutexLock lock(&mutex_);
  return sessions_.Find(id, SessionTable::Hash(id)) != SessionTable::kNone;
}

AggregateStats Aggregate::stats() const {
  AggregateStats out;
  out.batches_counted = batches_counted();
  out.batches_duplicate = batches_duplicate();
  for (size_t i = 0; i < kRejectReasons; ++i) {
    const auto reason = static_cast<RejectReason>(i);
    out.rejected[i] = {rejected_batches(reason), rejected_events(reason)};
  }
  out.sessions = session_count();
  out.app_regions = counters_.places();
  return out;
}

}  // namespace gmewatch
