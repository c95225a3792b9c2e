#include "daemon/aggregate/aggregate.h"

#include <algorithm>

#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

// Memory can fetch about this many sessions at once, so as many are prefetched.
constexpr size_t kLookAhead = 16;

// The most events of a batch that an epoch can hold; those of today have fewer.
constexpr uint64_t kStoredBatchEventsMax = uint64_t{kCountMax} * kEntriesPerBatchMax;

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
  if (epoch.once_horizon_ms.has_value()) policy_.set_once_horizon_ms(*epoch.once_horizon_ms);
  oldest_s_ = Seconds(steady_ms_ - policy_.session_horizon_ms());
  once_oldest_s_ = oldest_s_;
  if (policy_.once_horizon_ms() > 0) {
    once_oldest_s_ = std::max(oldest_s_, Seconds(steady_ms_ - policy_.once_horizon_ms()));
  }
  for (const Forget& what : epoch.forget) places_.Forget(what);
  if (!epoch.forget.empty()) codes_.NoteCounters();
  for (const Place& place : epoch.shown_places) places_.Show(place);
  for (const int32_t code : epoch.shown_codes) codes_.Show(code);
  AddRejected(epoch.rejected);

  origin_rows_.clear();
  origin_versions_.clear();
  origin_apps_.clear();
  for (const Origin& origin : epoch.origins()) {
    origin_apps_.push_back(TagOf(origin.app));
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
    absl::MutexLock sessions_lock(&sessions_mutex_);
    for (size_t i = 0; i < n; ++i) verdicts->push_back(ApplyBatch(batches[i], hashes[i]));
  }
  const auto passed_ms =
      static_cast<size_t>(std::clamp<int64_t>(steady_ms_ - before_ms, 0, kSweepMs));
  {
    absl::MutexLock sessions_lock(&sessions_mutex_);
    sessions_.Sweep(
        oldest_s_, once_oldest_s_,
        std::clamp(sessions_.slots() * passed_ms / kSweepMs, kSweepSlotsMin, kSweepSlotsMax));
  }
  session_count_.store(sessions_.size(), std::memory_order_relaxed);
}

void Aggregate::ApplyPolicy(const internal::Policy& policy) {
  const int64_t once_horizon_ms = policy_.once_horizon_ms();
  policy_ = policy;
  policy_.set_once_horizon_ms(once_horizon_ms);
  // Without a row, no scrape can have seen a series that lacks the new columns.
  codes_.SetShare(policy.unknown_codes_of_app());
  codes_.SetOverlay(policy.overlay_codes());
  codes_.SetCatalog(policy.catalog_codes(), /*shown=*/counters_.places() == 0);
  for (const internal::PlaceRecord& place : policy.configured()) {
    places_.AddConfigured({place.app(), place.region()});
  }
}

void Aggregate::AddRejected(const RejectedByReason& rejected) {
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    rejected_batches_[reason].Add(rejected[reason].batches);
    rejected_events_[reason].AddUpTo(rejected[reason].events, kSeriesEventsMax);
  }
}

void Aggregate::CountRejected(RejectReason reason, uint64_t events) {
  rejected_batches_[static_cast<size_t>(reason)].Add(1);
  rejected_events_[static_cast<size_t>(reason)].AddUpTo(events, kSeriesEventsMax);
}

Verdict Aggregate::ApplyBatch(const BatchView& batch, size_t hash) {
  const uint32_t slot = SessionFor(batch, hash);
  const uint32_t row = origin_rows_[batch.header.origin];
  const Verdict verdict = Judge(batch, sessions_.at(slot), counters_.place(row));
  if (verdict == Verdict::kOtherApp) return verdict;
  Session* session = sessions_.Change(slot);
  session->last_seen_s = now_s_;
  if (session->last_sequence != 0) session->mark |= SessionTable::kCameBack;
  if (SessionTable::TagIn(*session) == 0) sessions_.Claim(slot, origin_apps_[batch.header.origin]);
  if (verdict == Verdict::kDuplicate) batches_duplicate_.Add(1);
  if (verdict != Verdict::kCounted) return verdict;
  session->last_sequence = batch.header.sequence;
  Count(batch, session, places_.Change(row));
  batches_counted_.Add(1);
  return Verdict::kCounted;
}

Verdict Aggregate::Judge(const BatchView& batch, const Session& session,
                         const PlaceCounters& place) {
  const uint64_t sequence = batch.header.sequence;
  const uint64_t last = session.last_sequence;
  const AppTag app = SessionTable::TagIn(session);
  if (policy_.sessions_of_one_app() && app != 0 && app != origin_apps_[batch.header.origin]) {
    CountRejected(RejectReason::kPermissionDenied, EventsOf(batch.entries));
    return Verdict::kOtherApp;
  }
  if (sequence <= last) return Verdict::kDuplicate;
  // A session that is new here may have come from another daemon, or from before a loss of the
  // state.
  if (last != 0 && policy_.sequence_jump_max() != 0 &&
      sequence - last > policy_.sequence_jump_max()) {
    CountRejected(RejectReason::kInvalid, EventsOf(batch.entries));
    return Verdict::kSequenceJump;
  }
  if (policy_.series_events_max() != 0 && IsFull(batch, place)) {
    CountRejected(RejectReason::kSeriesFull, EventsOf(batch.entries));
    return Verdict::kSeriesFull;
  }
  return Verdict::kCounted;
}

bool Aggregate::IsFull(const BatchView& batch, const PlaceCounters& place) {
  const uint64_t max = policy_.series_events_max();
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

uint32_t Aggregate::SessionFor(const BatchView& batch, size_t hash) {
  const AppTag app = origin_apps_[batch.header.origin];
  uint32_t slot = sessions_.Find(batch.header.session, hash);
  if (slot == SessionTable::kNone) {
    slot = sessions_.Insert(batch.header.session, hash, app);
  } else {
    const Session& found = sessions_.at(slot);
    if (found.last_seen_s >= (SessionTable::CameBack(found) ? oldest_s_ : once_oldest_s_)) {
      return slot;
    }
    sessions_.Restart(slot, app);
  }
  places_.Change(origin_rows_[batch.header.origin])->mutable_sessions()->Add(1);
  return slot;
}

void Aggregate::Count(const BatchView& batch, Session* session, PlaceCounters* place) {
  const bool late = batch.header.late != 0;
  place->reporters().Add(batch.header.session);
  versions_.Add(origin_versions_[batch.header.origin], batch.header.session);
  uint64_t events = 0;
  for (const Entry& entry : batch.entries) {
    events += entry.count;
    if (entry.code == kSuccessCode) {
      place->CountSuccesses(entry.count, late);
      continue;
    }
    const std::string& app = place->place().app;
    const size_t slot = codes_.SlotFor(entry.code, app);
    Cell* cell = place->mutable_cell(slot);
    if (cell->events.value() == 0) codes_.NoteFirst(app, slot);
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
  place->mutable_total()->Add(events);
  for (const Loss& loss : batch.losses) {
    place->mutable_lost(loss.reason)->AddUpTo(loss.events, kSeriesEventsMax);
  }
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
  absl::Status loaded = CheckPolicy(policy_);
  if (!loaded.ok()) return loaded;
  if (!IsTime(time_ms_) || !IsTime(steady_ms_)) {
    return absl::DataLossError("the checkpoint's time is out of range");
  }
  batches_counted_.Add(checkpoint.batches_counted);
  batches_duplicate_.Add(checkpoint.batches_duplicate);
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    rejected_batches_[reason].Add(checkpoint.rejected[reason].batches);
    rejected_events_[reason].Add(checkpoint.rejected[reason].events);
  }
  absl::MutexLock sessions_lock(&sessions_mutex_);
  loaded = codes_.Load(checkpoint.codes);
  if (loaded.ok()) loaded = places_.Load(checkpoint);
  codes_.SetShare(policy_.unknown_codes_of_app());
  codes_.SetOverlay(policy_.overlay_codes());
  codes_.NoteCounters();
  if (loaded.ok()) loaded = sessions_.Load(checkpoint.pages);
  session_count_.store(sessions_.size(), std::memory_order_relaxed);
  return loaded;
}

// The analysis does not know that reading needs either mutex, not both.
KnownSession Aggregate::Find(const SessionId& id) const ABSL_NO_THREAD_SAFETY_ANALYSIS {
  absl::MutexLock lock(&sessions_mutex_);
  const uint32_t slot = sessions_.Find(id, SessionTable::Hash(id));
  if (slot == SessionTable::kNone) return {};
  return {true, sessions_.at(slot).last_sequence};
}

bool Aggregate::HasRoom(AppTag app, size_t limit,
                        absl::Span<const AppTag> apps) const ABSL_NO_THREAD_SAFETY_ANALYSIS {
  size_t taken = session_count();
  if (apps.size() < 2 || taken < limit / 2) return taken < limit;
  const size_t share = limit / 2 / apps.size();
  absl::MutexLock lock(&sessions_mutex_);
  if (sessions_.SizeOf(app) < share) return true;
  // What is kept for the apps that have less than their share is taken too.
  for (const AppTag each : apps) taken += share - std::min(share, sessions_.SizeOf(each));
  return taken < limit;
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
