#include "daemon/aggregate/aggregate.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
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
  if (epoch.once_horizon_ms.has_value()) policy_.set_once_horizon_ms(*epoch.once_horizon_ms);
  const int64_t once_ms = policy_.once_horizon_ms();
  SetTimes(steady_ms_, once_ms > 0 ? steady_ms_ - once_ms : 0);
  for (const Forget& what : epoch.forget) places_.Forget(what, policy_);
  if (!epoch.forget.empty()) codes_.NoteCounters();
  for (const Place& place : epoch.shown_places) places_.Show(place);
  for (const int32_t code : epoch.shown_codes) codes_.Show(code);
  rejected_.Add(epoch.rejected);
  counter_.Begin(epoch, policy_.max_app_regions(), nullptr);
  ApplyBatches(epoch, verdicts);
  Sweep(steady_ms_ - before_ms, oldest_s_, once_oldest_s_);
}

absl::Status Aggregate::ApplyRecord(const RecordPosition& at, const Epoch& epoch,
                                    std::vector<Verdict>* verdicts) {
  absl::MutexLock lock(&mutex_);
  absl::Status status = partitions_.Check(at, epoch);
  if (!status.ok()) return status;
  Partition& partition = partitions_.at(at.partition);
  ++epoch_;
  time_ms_ = std::max(time_ms_, at.time_ms);
  const int64_t before_ms = steady_ms_;
  partition.Begin(at.time_ms);
  const RejectedByReason rejected = partition.TakeWriter(epoch);
  rejected_.Add(rejected);
  if (epoch.shared.marker.has_value() && !partition.Agrees(*epoch.shared.marker)) {
    replica_mismatches_.Add(1);
  }
  SetTimes(partition.steady_ms(), partition.OldestOnceMs(policy_.session_horizon_ms()));
  partitions_.TakeColumns(at.partition, epoch.shared);
  // A batch of the place may be in a partition that lags behind this one.
  for (const Place& place : epoch.shown_places) {
    places_.RowFor(place, Counters::kPlacesMax);
    places_.Show(place);
  }
  for (const int32_t code : epoch.shown_codes) codes_.Show(code);
  counter_.Begin(epoch, Counters::kPlacesMax, &partitions_.ColumnsOf(at.partition));
  ApplyBatches(epoch, verdicts);
  partition.End(*verdicts, counter_.events(), counter_.sessions(), rejected);
  // By the partition that is farthest behind: what it has not applied yet must find its sessions.
  const int64_t horizon_ms = policy_.session_horizon_ms();
  steady_ms_ = partitions_.OldestTimeMs();
  Sweep(steady_ms_ - before_ms, Seconds(steady_ms_ - horizon_ms),
        Seconds(partitions_.OldestOnceMs(horizon_ms)));
  return absl::OkStatus();
}

void Aggregate::SetTimes(int64_t steady_ms, int64_t once_oldest_ms) {
  now_s_ = Seconds(steady_ms);
  oldest_s_ = Seconds(steady_ms - policy_.session_horizon_ms());
  once_oldest_s_ = std::max(oldest_s_, Seconds(once_oldest_ms));
}

void Aggregate::ApplyBatches(const Epoch& epoch, std::vector<Verdict>* verdicts) {
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
}

void Aggregate::Sweep(int64_t passed_ms, uint32_t oldest_s, uint32_t once_oldest_s) {
  const auto part = static_cast<size_t>(std::clamp<int64_t>(passed_ms, 0, kSweepMs));
  {
    absl::MutexLock sessions_lock(&sessions_mutex_);
    sessions_.Sweep(
        oldest_s, once_oldest_s,
        std::clamp(sessions_.slots() * part / kSweepMs, kSweepSlotsMin, kSweepSlotsMax));
  }
  session_count_.store(sessions_.size(), std::memory_order_relaxed);
}

absl::Status Aggregate::ShareLog(const std::string& topic, size_t partitions,
                                 const internal::Policy& policy) {
  absl::MutexLock lock(&mutex_);
  if (partitions_.empty()) {
    ApplyPolicy(policy);
    partitions_.Make(topic, partitions, steady_ms_);
  }
  const std::vector<PartitionRow> rows = partitions_.Rows();
  if (rows.size() != partitions || (!rows.empty() && rows.front().topic != topic)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the state is of topic ", rows.front().topic, " with ", rows.size(),
                     " partitions, and not of ", topic, " with ", partitions));
  }
  ApplyPolicy(policy);
  policy_.set_series_events_max(0);
  return absl::OkStatus();
}

void Aggregate::SetPolicy(const internal::Policy& policy) {
  absl::MutexLock lock(&mutex_);
  ApplyPolicy(policy);
  policy_.set_series_events_max(0);
}

PartitionView Aggregate::ViewOf(int32_t partition) const {
  absl::MutexLock lock(&mutex_);
  return partitions_.View(partition);
}

int64_t Aggregate::OldestRecordMs() const {
  absl::MutexLock lock(&mutex_);
  return partitions_.OldestRecordMs();
}

std::vector<ColumnRequest> Aggregate::TakeWantedColumns() {
  absl::MutexLock lock(&mutex_);
  return partitions_.TakeWanted(policy_.unknown_codes_of_app());
}

void Aggregate::ApplyPolicy(const internal::Policy& policy) {
  const int64_t once_horizon_ms = policy_.once_horizon_ms();
  policy_ = policy;
  policy_.set_once_horizon_ms(once_horizon_ms);
  // Without a row, no scrape can have seen a series that lacks the new columns.
  codes_.SetShare(policy.unknown_codes_of_app());
  codes_.SetOverlay(policy.overlay_codes());
  codes_.SetCatalog(policy.catalog_codes(), /*shown=*/counters_.places() == 0);
  places_.AddConfigured(policy);
}

Verdict Aggregate::ApplyBatch(const BatchView& batch, size_t hash) {
  const uint32_t slot = SessionFor(batch, hash);
  const Verdict verdict = Judge(batch, sessions_.at(slot));
  if (verdict == Verdict::kOtherApp) return verdict;
  Session* session = sessions_.Change(slot);
  session->last_seen_s = now_s_;
  if (session->last_sequence != 0) session->mark |= SessionTable::kCameBack;
  if (SessionTable::TagIn(*session) == 0) sessions_.Claim(slot, counter_.AppOf(batch));
  if (verdict == Verdict::kDuplicate) batches_duplicate_.Add(1);
  if (verdict != Verdict::kCounted) return verdict;
  const uint32_t watched_max =
      batch.header.Has(BatchHeader::kRelayed) ? 0 : policy_.watched_events_max();
  counter_.Count(batch, watch_budget_.Begin(hash, now_s_, watched_max), session);
  session->last_sequence = batch.header.sequence;
  batches_counted_.Add(1);
  return Verdict::kCounted;
}

Verdict Aggregate::Judge(const BatchView& batch, const Session& session) {
  const uint64_t sequence = batch.header.sequence;
  const uint64_t last = session.last_sequence;
  const AppTag app = SessionTable::TagIn(session);
  if (policy_.sessions_of_one_app() && app != 0 && app != counter_.AppOf(batch)) {
    rejected_.Add(RejectReason::kPermissionDenied, 1, EventsOf(batch.entries));
    return Verdict::kOtherApp;
  }
  if (sequence <= last) return Verdict::kDuplicate;
  // A session that is new here may have come from another daemon, or from before a loss of the
  // state.
  if (last != 0 && policy_.sequence_jump_max() != 0 &&
      sequence - last > policy_.sequence_jump_max()) {
    rejected_.Add(RejectReason::kInvalid, 1, EventsOf(batch.entries));
    return Verdict::kSequenceJump;
  }
  if (policy_.series_events_max() != 0 &&
      counter_.IsFull(batch, counters_.place(counter_.RowOf(batch)), policy_.series_events_max())) {
    rejected_.Add(RejectReason::kSeriesFull, 1, EventsOf(batch.entries));
    return Verdict::kSeriesFull;
  }
  return Verdict::kCounted;
}

uint32_t Aggregate::SessionFor(const BatchView& batch, size_t hash) {
  const AppTag app = counter_.AppOf(batch);
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
  counter_.CountSession(batch);
  return slot;
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
  out.rejected = rejected_.All();
  out.partitions = partitions_.Rows();
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
  rejected_.Add(checkpoint.rejected);
  absl::MutexLock sessions_lock(&sessions_mutex_);
  loaded = codes_.Load(checkpoint.codes);
  if (loaded.ok()) loaded = places_.Load(checkpoint);
  codes_.SetShare(policy_.unknown_codes_of_app());
  codes_.SetOverlay(policy_.overlay_codes());
  codes_.NoteCounters();
  if (loaded.ok()) loaded = sessions_.Load(checkpoint.pages);
  if (loaded.ok()) loaded = partitions_.Load(checkpoint.partitions);
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
  out.rejected = rejected_.All();
  out.sessions = session_count();
  out.app_regions = counters_.present_places();
  return out;
}

}  // namespace gmewatch
