#include "daemon/log/committer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"

namespace gmewatch {
namespace {

// The time between two attempts to write to a log that is full.
constexpr absl::Duration kRetryInterval = absl::Milliseconds(250);

}  // namespace

Committer::Committer(EpochSink& sink, Clock& clock, CommitterOptions options, uint64_t last_number,
                     int64_t last_steady_ms, ApplyFn apply, FatalFn fatal, KeptFn kept)
    : sink_(sink),
      clock_(clock),
      options_(options),
      apply_(std::move(apply)),
      fatal_(std::move(fatal)),
      kept_(std::move(kept)),
      number_(last_number),
      start_(clock.Monotonic()),
      first_steady_ms_(last_steady_ms != 0 ? last_steady_ms : absl::ToUnixMillis(clock.Now())),
      committer_(&Committer::Run, this) {}

Committer::~Committer() { Stop(); }

absl::Status Committer::Append(const Batch& batch, const HashedOrigin& origin, BatchWaiter* waiter,
                               Appended* appended) {
  absl::MutexLock lock(&mutex_);
  RejectReason reason{};
  absl::Status admitted = Admit(PendingEpoch::BytesOf(batch), waiter, appended, &reason);
  if (!admitted.ok()) {
    return Reject(reason, EventsOf(batch.entries), batch.sequence, waiter, std::move(admitted));
  }
  if (appended != nullptr && appended->held) return absl::OkStatus();
  const size_t bytes = open_.Add(batch, origin, waiter);
  if (appended != nullptr) appended->bytes = bytes;
  return absl::OkStatus();
}

absl::Status Committer::AppendRejected(RejectReason reason, uint64_t events, uint64_t sequence,
                                       BatchWaiter* waiter, Appended* appended) {
  absl::MutexLock lock(&mutex_);
  RejectReason no_room{};
  absl::Status admitted = Admit(PendingEpoch::BytesOfRejected(), waiter, appended, &no_room);
  if (!admitted.ok()) return Reject(no_room, events, sequence, waiter, std::move(admitted));
  if (appended != nullptr && appended->held) return absl::OkStatus();
  const size_t bytes = open_.AddRejected(reason, events, sequence, waiter);
  if (appended != nullptr) appended->bytes = bytes;
  return absl::OkStatus();
}

absl::Status Committer::Admit(size_t bytes, BatchWaiter* waiter, Appended* appended,
                              RejectReason* reason) {
  if (appended != nullptr) *appended = {};
  if (!permanent_failure_.ok()) return absl::UnavailableError(permanent_failure_.message());
  if (draining_) {
    *reason = RejectReason::kStopping;
    return absl::AbortedError("the daemon is stopping");
  }
  if (!failing_ && HasRoom(bytes, appended != nullptr)) return absl::OkStatus();
  if (!failing_ && appended != nullptr) {
    appended->held = true;
    held_.push_back(waiter);
    return absl::OkStatus();
  }
  *reason = failing_ ? RejectReason::kLogFailed : RejectReason::kOverloaded;
  return SendAgainStatus(*reason);
}

absl::Status Committer::Reject(RejectReason reason, uint64_t events, uint64_t sequence,
                               BatchWaiter* waiter, absl::Status why) {
  if (absl::IsUnavailable(why)) return why;
  if (stopping_) {
    open_.epoch.Reject(reason, 1, events);
    return absl::UnavailableError(why.message());
  }
  return open_.AddSendAgain(reason, events, sequence, waiter)
             ? why
             : absl::UnavailableError(why.message());
}

bool Committer::HasRoom(size_t bytes, bool can_wait) const {
  const PendingEpoch::Size waiting = Waiting();
  if (can_wait) {
    // Something to wait for: OnRoom follows a commit.
    return waiting.bytes == 0 || waiting.bytes + bytes <= holding_bytes();
  }
  const bool light = 2 * bytes * waiting.batches < waiting.bytes;
  const size_t kept = light ? 0 : options_.max_pending_bytes / 16;
  return waiting.bytes + bytes + kept <= options_.max_pending_bytes;
}

void Committer::Inherit(const RejectedByReason& rejected) {
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < kRejectReasons; ++i) {
    open_.epoch.Reject(static_cast<RejectReason>(i), rejected[i].batches, rejected[i].events);
  }
}

void Committer::SetPolicy(internal::Policy policy) {
  absl::MutexLock lock(&mutex_);
  open_.epoch.policy = std::move(policy);
}

void Committer::Show(std::vector<Place> places, std::vector<int32_t> codes) {
  absl::MutexLock lock(&mutex_);
  std::move(places.begin(), places.end(), std::back_inserter(open_.epoch.shown_places));
  open_.epoch.shown_codes.insert(open_.epoch.shown_codes.end(), codes.begin(), codes.end());
}

void Committer::SetOnceHorizon(absl::Duration horizon) {
  absl::MutexLock lock(&mutex_);
  open_.epoch.once_horizon_ms = absl::ToInt64Milliseconds(horizon);
}

void Committer::TakeStrangers() {
  for (size_t i = 0; i < kRejectReasons; ++i) {
    open_.epoch.Reject(static_cast<RejectReason>(i), strangers_[i].exchange(0), /*events=*/0);
  }
}

bool Committer::HasWork() const {
  // While it drains, a log that fails is tried again for those who wait for an answer, and at the
  // end.
  return stopping_ || open_.has_waiters() || (!open_.empty() && !(failing_ && draining_));
}

bool Committer::IsFlushed() const {
  return !permanent_failure_.ok() || failing_ || (!committing_ && open_.empty());
}

absl::Status Committer::Flush() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &Committer::IsFlushed));
  if (!permanent_failure_.ok()) return permanent_failure_;
  return failing_ ? absl::ResourceExhaustedError("the log cannot be written at present")
                  : absl::OkStatus();
}

absl::Status Committer::Check() const {
  absl::MutexLock lock(&mutex_);
  if (!permanent_failure_.ok()) return permanent_failure_;
  if (draining_) return absl::UnavailableError("the daemon is stopping");
  if (!failing_) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the log cannot be written: ", failure_.message()));
}

void Committer::Drain() {
  absl::MutexLock lock(&mutex_);
  if (!draining_) stopped_.Wake();
  draining_ = true;
}

void Committer::Stop() {
  Drain();
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  stopped_.Wake();
  if (committer_.joinable()) committer_.join();
}

void Committer::Run() {
  PendingEpoch taken;
  while (TakeOpen(&taken)) {
    Commit(&taken);
    taken.Clear();
    absl::MutexLock lock(&mutex_);
    committing_ = false;
    committing_size_ = {};
    settling_size_ = {};
    if (!permanent_failure_.ok() || (failing_ && stopping_)) return;
  }
}

bool Committer::TakeOpen(PendingEpoch* taken) {
  absl::Duration pause = options_.commit_interval;
  {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &Committer::HasWork));
    if (failing_) pause = kRetryInterval;
    if (stopping_) pause = absl::ZeroDuration();
  }
  // This wait makes a group of batches: only the time, or Drain, ends it.
  const absl::Duration wait = last_begin_ + pause - clock_.Monotonic();
  if (wait > absl::ZeroDuration()) stopped_.For(wait);
  last_begin_ = clock_.Monotonic();
  absl::MutexLock lock(&mutex_);
  TakeStrangers();
  if (open_.empty()) return false;
  std::swap(*taken, open_);
  committing_ = true;
  committing_size_ = taken->size();
  return true;
}

void Committer::Commit(PendingEpoch* taken) {
  const absl::Duration begin = clock_.Monotonic();
  Epoch& epoch = taken->epoch;
  epoch.time_ms = absl::ToUnixMillis(clock_.Now());
  epoch.steady_ms = first_steady_ms_ + absl::ToInt64Milliseconds(begin - start_);
  const absl::Status status = sink_.Append(number_ + 1, epoch);
  NoteCommit(clock_.Monotonic() - begin, status.ok());
  if (!status.ok()) {
    Fail(taken, status);
    return;
  }
  apply_(++number_, epoch, &verdicts_);
  bool recovered = false;
  std::vector<BatchWaiter*> held;
  {
    absl::MutexLock lock(&mutex_);
    recovered = std::exchange(failing_, false);
    settling_size_ = std::exchange(committing_size_, {});
    held.swap(held_);
  }
  // Before those that are settled now can send more.
  for (BatchWaiter* waiter : held) waiter->OnRoom();
  taken->Settle(verdicts_);
  if (recovered) LogInfo("the log can be written again");
}

void Committer::NoteCommit(absl::Duration took, bool ok) {
  constexpr auto& kBuckets = CommitterStats::kCommitBucketsSeconds;
  const auto bucket =
      std::lower_bound(kBuckets.begin(), kBuckets.end(), absl::ToDoubleSeconds(took));
  absl::MutexLock lock(&mutex_);
  ++(ok ? stats_.epochs : stats_.failed_epochs);
  stats_.commit_time_total += took;
  ++stats_.commits_by_bucket[static_cast<size_t>(bucket - kBuckets.begin())];
}

void Committer::Fail(PendingEpoch* taken, const absl::Status& status) {
  const bool fatal = !absl::IsResourceExhausted(status);
  bool first = false;
  std::vector<BatchWaiter*> held;
  RejectedByReason rejected;
  {
    absl::MutexLock lock(&mutex_);
    first = !failing_;
    // Until a commit succeeds. The counts of the rejected batches make another attempt certain.
    failing_ = true;
    failure_ = status;
    if (fatal) permanent_failure_ = status;
    taken->TakeWaiters(&open_);
    held.swap(held_);
    open_.epoch.RejectBatches(RejectReason::kLogFailed);
    open_.epoch.Inherit(taken->epoch, RejectReason::kLogFailed);
    rejected = open_.epoch.rejected;
  }
  if (first) LogError("the log cannot be written", {{"error", std::string(status.message())}});
  for (BatchWaiter* waiter : held) waiter->OnRoom();
  Keep(rejected);
  taken->Fail(status);
  if (fatal) fatal_(status);
}

void Committer::Keep(const RejectedByReason& rejected) {
  const absl::Status kept = sink_.KeepRejected(number_ + 1, rejected);
  if (kept.ok() && kept_) kept_(rejected);
  if (!kept.ok() && !keep_failed_) {
    LogError("what is rejected while the log cannot be written is lost if the daemon ends",
             {{"error", std::string(kept.message())}});
  }
  keep_failed_ = !kept.ok();
}

double Committer::Fullness() const {
  absl::MutexLock lock(&mutex_);
  return static_cast<double>(Waiting().bytes + settling_size_.bytes) /
         static_cast<double>(options_.max_pending_bytes);
}

size_t Committer::MeanBytes() const {
  absl::MutexLock lock(&mutex_);
  const PendingEpoch::Size size = Waiting() + settling_size_;
  return size.batches == 0 ? 0 : size.bytes / size.batches;
}

PendingEpoch::Size Committer::Waiting() const { return open_.size() + committing_size_; }

CommitterStats Committer::stats() const {
  absl::MutexLock lock(&mutex_);
  CommitterStats out = stats_;
  out.pending_bytes = Waiting().bytes;
  for (size_t i = 1; i < out.commits_by_bucket.size(); ++i) {
    out.commits_by_bucket[i] += out.commits_by_bucket[i - 1];
  }
  return out;
}

}  // namespace gmewatch
