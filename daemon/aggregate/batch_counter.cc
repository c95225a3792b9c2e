#include "daemon/aggregate/batch_counter.h"

#include <algorithm>

#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

// The most events of a batch that an epoch can hold; those of today have fewer.
constexpr uint64_t kStoredBatchEventsMax = uint64_t{kCountMax} * kEntriesPerBatchMax;

}  // namespace

void BatchCounter::Begin(const Epoch& epoch, size_t max_places,
                         const PartitionTable::Columns* columns) {
  columns_ = columns;
  events_ = 0;
  sessions_ = 0;
  rows_.clear();
  version_slots_.clear();
  apps_.clear();
  for (const Origin& origin : epoch.origins()) {
    apps_.push_back(TagOf(origin.app));
    rows_.push_back(places_.RowFor({origin.app, origin.region}, max_places));
    version_slots_.push_back(versions_.SlotFor(origin.platform, origin.app_version));
  }
}

bool BatchCounter::IsFull(const BatchView& batch, const PlaceCounters& place, uint64_t max) const {
  // No series has more than all together, and hardly a place ever comes near the limit.
  if (place.total() <= max - std::min(max, kStoredBatchEventsMax)) return false;
  const uint64_t events = EventsOf(batch.entries);
  for (const Entry& entry : batch.entries) {
    const uint64_t counted = entry.code == kSuccessCode
                                 ? place.success_events()
                                 : place.cell(codes_.Find(entry.code)).events.value();
    if (counted > max || events > max - counted) return true;
  }
  return false;
}

void BatchCounter::Count(const BatchView& batch, WatchBudget::Batch budget, Session* session) {
  const bool late = batch.header.Has(BatchHeader::kLate);
  Watched watched = {.sender = batch.sender, .is_new = session->last_sequence == 0};
  PlaceCounters* place = places_.Change(RowOf(batch));
  place->reporters().Add(batch.header.session);
  versions_.Add(version_slots_[batch.header.origin], batch.header.session);
  uint64_t events = 0;
  for (const Entry& entry : batch.entries) {
    events += entry.count;
    if (entry.code == kSuccessCode) {
      place->CountSuccesses(entry.count, late ? 0 : budget.Take(kSuccessCode, entry.count));
      continue;
    }
    const std::string& app = place->place().app;
    const size_t slot = columns_ == nullptr ? codes_.SlotFor(entry.code, app)
                                            : partitions_.SlotFor(entry.code, app, *columns_);
    Cell* cell = place->mutable_cell(slot);
    if (cell->events.value() == 0) codes_.NoteFirst(app, slot);
    if (late) {
      cell->CountLate(entry.count);
    } else {
      watched.events = budget.Take(entry.code, entry.count);
      cell->CountInTime(batch.header.session, entry.count, watched);
    }
    uint64_t& seen = session->seen[slot / 64];
    const uint64_t bit = uint64_t{1} << (slot % 64);
    if ((seen & bit) == 0) {
      seen |= bit;
      cell->sessions.Add(1);
    }
  }
  events_ += events;
  place->mutable_total()->Add(events);
  for (const Loss& loss : batch.losses) {
    place->mutable_lost(loss.reason)->AddUpTo(loss.events, kSeriesEventsMax);
  }
}

}  // namespace gmewatch
