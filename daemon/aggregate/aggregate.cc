#include "daemon/aggregate/aggregate.h"

#include <algorithm>

#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

// Memory can fetch about this many sessions at once, so as many are prefetched.
constexpr size_t kLookAhead = 16;

// A sweep passes over the table in a minute, however many epochs there are in it. After a pause
// without epochs it takes more of them: one takes no more than a millisecond or so.
constexpr int64_t kSweepMs = 60'000;
constexpr size_t kSweepSlotsMin = 64;
constexpr size_t kSweepSlotsMax = 65'536;

uint32_t Seconds(int64_t ms) { return static_cast<uint32_t>(std::max<int64_t>(0, ms / 1000)); }

}  // namespace

void Aggregate::Apply(uint64_t number, const Epoch& epoch, std::vector<Verdict>* verdicts) {
  absl::MutexLock lock(&mutex_);
  epoch_ = number;
  time_ms_ = epoch.time_ms;
  if (epoch.policy.has_value()) ApplyPolicy(*epoch.policy);
  const int64_t before_ms = steady_ms_;
  steady_ms_ = epoch.steady_ms != 0 ? epoch.steady_ms : epoch.time_ms;
  now_s_ = Seconds(steady_ms_);
  oldest_s_ = Seconds(steady_ms_ - policy_.session_horizon_ms());
  for (const Place& place : epoch.shown_places) places_.Show(place);
  for (const int32_t code : epoch.shown_codes) codes_.Show(code);
  AddRejected(epoch.rejected);

  origin_rows_.clear();
  origin_versions_.clear();
  for (const Origin& origin : epoch.origins()) {
    origin_rows_.push_back(places_.RowFor({origin.app, origin.region}, policy_.max_app_regions()));
    origin_versions_.push_back(versions_.SlotFor(origin.platform, origin.app_version));
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
  const auto passed_ms =
      static_cast<size_t>(std::clamp<int64_t>(steady_ms_ - before_ms, 0, kSweepMs));
  sessions_.Sweep(oldest_s_, std::clamp(sessions_.slots() * passed_ms / kSweepMs, kSweepSlotsMin,
                                        kSweepSlotsMax));
  session_count_.store(sessions_.size(), std::memory_order_relaxed);
}

void Aggregate::ApplyPolicy(const internal::Policy& policy) {
  policy_ = policy;
  // Without a row, no scrape can have seen a series that lacks the new columns.
  codes_.SetCatalog(policy.catalog_codes(), /*shown=*/counters_.places() == 0);
  for (const internal::PlaceRecord& place : policy.configured()) {
    places_.AddConfigured({place.app(), place.region()});
  }
}

void Aggregate::AddRejected(const RejectedByReason& rejected) {
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    rejected_batches_[reason].Add(rejected[reason].batches);
    rejected_events_[reason].Add(rejected[reason].events);
  }
}

Verdict Aggregate::ApplyBatch(const BatchView& batch, size_t hash) {
  Session* session = sessions_.Change(SessionFor(batch, hash));
  session->last_seen_s = now_s_;
  if (batch.header.sequence <= session->last_sequence) {
    batches_duplicate_.Add(1);
    return Verdict::kDuplicate;
  }
  session->last_sequence = batch.header.sequence;
  Count(batch, session, places_.Change(origin_rows_[batch.header.origin]));
  batches_counted_.Add(1);
  return Verdict::kCounted;
}

uint32_t Aggregate::SessionFor(const BatchView& batch, size_t hash) {
  uint32_t slot = sessions_.Find(batch.header.session, hash);
  if (slot == SessionTable::kNone) {
    slot = sessions_.Insert(batch.header.session, hash);
  } else if (sessions_.at(slot).last_seen_s >= oldest_s_) {
    return slot;
  } else {
    Session* session = sessions_.Change(slot);
    *session = Session();
    session->id = batch.header.session;
  }
  places_.Change(origin_rows_[batch.header.origin])->mutable_sessions()->Add(1);
  return slot;
}

void Aggregate::Count(const BatchView& batch, Session* session, PlaceCounters* place) {
  const bool late = batch.header.late != 0;
  place->reporters().Add(batch.header.session);
  versions_.Add(origin_versions_[batch.header.origin], batch.header.session);
  for (const Entry& entry : batch.entries) {
    if (entry.code == kSuccessCode) {
      place->CountSuccesses(entry.count, late);
      continue;
    }
    const size_t slot = codes_.SlotFor(entry.code);
    Cell* cell = place->mutable_cell(slot);
    if (late) {
      cell->CountLate(entry.count);
    } else {
      cell->CountInTime(batch.header.session, entry.count);
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

Checkpoint Aggregate::TakeCheckpoint(bool changed_only) {
  absl::MutexLock lock(&mutex_);
  Checkpoint out;
  out.epoch = epoch_;
  out.time_ms = time_ms_;
  out.steady_ms = steady_ms_;
  policy_.SerializeToString(&out.policy);
  out.batches_counted = batches_counted_.value();
  out.batches_duplicate = batches_duplicate_.value();
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    out.rejected[reason] = {rejected_batches_[reason].value(), rejected_events_[reason].value()};
  }
  out.codes = codes_.Rows();
  places_.TakeRows(changed_only, &out);
  out.pages = sessions_.TakePages(changed_only);
  out.page_count = sessions_.page_count();
  return out;
}

absl::Status Aggregate::Restore(const Checkpoint& checkpoint) {
  absl::MutexLock lock(&mutex_);
  epoch_ = checkpoint.epoch;
  time_ms_ = checkpoint.time_ms;
  steady_ms_ = checkpoint.steady_ms;
  if (!policy_.ParseFromString(checkpoint.policy)) {
    return absl::DataLossError("the checkpoint's policy cannot be read");
  }
  batches_counted_.Add(checkpoint.batches_counted);
  batches_duplicate_.Add(checkpoint.batches_duplicate);
  AddRejected(checkpoint.rejected);
  absl::Status loaded = codes_.Load(checkpoint.codes);
  if (loaded.ok()) loaded = places_.Load(checkpoint);
  if (loaded.ok()) loaded = sessions_.Load(checkpoint.pages);
  session_count_.store(sessions_.size(), std::memory_order_relaxed);
  return loaded;
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
