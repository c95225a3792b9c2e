#include "daemon/log/committer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"

namespace gmewatch {
namespace {

// The time between two attempts to write to a log that is full.
constexpr absl::Duration kRetryInterval = absl::Milliseconds(250);

// Rejections whose answers wait until their count is durable. Beyond that an answer does not wait.
constexpr size_t kRejectionsWaitingMax = 16'384;

// The answer to a batch that was not let in.
absl::Status SendAgain(RejectReason reason, size_t max_pending_bytes) {
  if (reason == RejectReason::kStopping) {
    return absl::UnavailableError("the daemon is stopping");
  }
  if (reason == RejectReason::kLogFailed) {
    return absl::ResourceExhaustedError("the log cannot be written at present");
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("more waits for the log than limits.max_pending_bytes allows (",
                   max_pending_bytes, "); send the batch again later"));
}

}  // namespace

Committer::Committer(EventLog& log, Clock& clock, CommitterOptions options, uint64_t last_number,
                     int64_t last_steady_ms, ApplyFn apply, FatalFn fatal, KeptFn kept)
    : log_(log),
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
  std::optional<RejectReason> reason;
  absl::Status admitted = Admit(BytesOf(batch), waiter, appended, &reason);
  if (reason.has_value()) {
    return Reject(*reason, EventsOf(batch.entries), batch.sequence, waiter, std::move(admitted));
  }
  if (!admitted.ok() || (appended != nullptr && appended->held)) return admitted;
  const size_t before = open_.size_bytes();
  open_.Add(batch, origin);
  const size_t bytes = open_.size_bytes() - before + sizeof(Pending);
  if (appended != nullptr) appended->bytes = bytes;
  pending_.push_back({waiter, batch.sequence, static_cast<uint32_t>(bytes), false, std::nullopt});
  return absl::OkStatus();
}

absl::Status Committer::AppendRejected(RejectReason reason, uint64_t events, uint64_t sequence,
                                       BatchWaiter* waiter, Appended* appended) {
  absl::MutexLock lock(&mutex_);
  std::optional<RejectReason> no_room;
  absl::Status admitted = Admit(sizeof(Pending), waiter, appended, &no_room);
  if (no_room.has_value()) return Reject(*no_room, events, sequence, waiter, std::move(admitted));
  if (!admitted.ok() || (appended != nullptr && appended->held)) return admitted;
  open_.Reject(reason, 1, events);
  if (appended != nullptr) appended->bytes = sizeof(Pending);
  pending_.push_back({waiter, sequence, sizeof(Pending), /*rejected=*/true, std::nullopt});
  return absl::OkStatus();
}

absl::Status Committer::Reject(RejectReason reason, uint64_t events, uint64_t sequence,
                               BatchWaiter* waiter, absl::Status why) {
  open_.Reject(reason, 1, events);
  if (stopping_ || rejections_waiting_ == kRejectionsWaitingMax) {
    return absl::UnavailableError(why.message());
  }
  ++rejections_waiting_;
  // Without bytes: a rejection must not keep others out.
  pending_.push_back({waiter, sequence, /*bytes=*/0, /*rejected=*/false, reason});
  return why;
}

size_t Committer::BytesOf(const Batch& batch) {
  size_t bytes = sizeof(Pending) + sizeof(BatchHeader) + batch.entries.size() * sizeof(Entry) +
                 batch.losses.size() * sizeof(Loss);
  for (const Detail& detail : batch.details) bytes += sizeof(Detail) + detail.operation.size();
  return bytes;
}

bool Committer::HasRoom(size_t bytes, bool can_wait) const {
  const Amount waiting = Waiting();
  if (can_wait) {
    // Something to wait for: OnRoom follows a commit.
    return waiting.bytes == 0 || waiting.bytes + bytes <= holding_bytes();
  }
  const bool light = bytes * waiting.batches < waiting.bytes;
  const size_t kept = light ? 0 : options_.max_pending_bytes / 16;
  return waiting.bytes + bytes + kept <= options_.max_pending_bytes;
}

absl::Status Committer::Admit(size_t bytes, BatchWaiter* waiter, Appended* appended,
                              std::optional<RejectReason>* reason) {
  if (appended != nullptr) *appended = {};
  if (!permanent_failure_.ok()) return absl::UnavailableError(permanent_failure_.message());
  if (draining_) {
    *reason = RejectReason::kStopping;
    return absl::AbortedError("the daemon is stopping");
  }
  if (failing_) {
    *reason = RejectReason::kLogFailed;
  } else if (HasRoom(bytes, appended != nullptr)) {
    return absl::OkStatus();
  } else if (appended != nullptr) {
    appended->held = true;
    held_.push_back(waiter);
    return absl::OkStatus();
  } else {
    *reason = RejectReason::kOverloaded;
  }
  return SendAgain(**reason, options_.max_pending_bytes);
}

void Committer::Inherit(const RejectedByReason& rejected) {
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < kRejectReasons; ++i) {
    open_.Reject(static_cast<RejectReason>(i), rejected[i].batches, rejected[i].events);
  }
}

void Committer::SetPolicy(internal::Policy policy) {
  absl::MutexLock lock(&mutex_);
  open_.policy = std::move(policy);
}

void Committer::Show(std::vector<Place> places, std::vector<int32_t> codes) {
  absl::MutexLock lock(&mutex_);
  std::move(places.begin(), places.end(), std::back_inserter(open_.shown_places));
  open_.shown_codes.insert(open_.shown_codes.end(), codes.begin(), codes.end());
}

bool Committer::HasWork() const {
  // While it drains, a log that fails is tried again for those who wait for an answer, and at the
  // end.
  return stopping_ || !pending_.empty() || (!open_.empty() && !(failing_ && draining_));
}

bool Committer::IsFlushed() const {
  return !permanent_failure_.ok() || failing_ ||
         (!committing_ && open_.empty() && pending_.empty());
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
  Epoch epoch;
  std::vector<Pending> pending;
  while (TakeOpen(&epoch, &pending)) {
    Commit(&epoch, pending);
    epoch.Clear();
    pending.clear();
    absl::MutexLock lock(&mutex_);
    committing_ = false;
    committing_amount_ = {};
    settling_amount_ = {};
    if (!permanent_failure_.ok() || (failing_ && stopping_)) return;
  }
}

bool Committer::TakeOpen(Epoch* epoch, std::vector<Pending>* pending) {
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
  if (open_.empty() && pending_.empty()) return false;
  std::swap(*epoch, open_);
  std::swap(*pending, pending_);
  rejections_waiting_ = 0;
  committing_ = true;
  committing_amount_ = {epoch->size_bytes() + pending->size() * sizeof(Pending), pending->size()};
  return true;
}

void Committer::Commit(Epoch* epoch, const std::vector<Pending>& pending) {
  const absl::Duration begin = clock_.Monotonic();
  epoch->time_ms = absl::ToUnixMillis(clock_.Now());
  epoch->steady_ms = first_steady_ms_ + absl::ToInt64Milliseconds(begin - start_);
  const absl::Status status = log_.Append(number_ + 1, *epoch);
  const absl::Duration took = clock_.Monotonic() - begin;
  {
    absl::MutexLock lock(&mutex_);
    ++(status.ok() ? stats_.epochs : stats_.failed_epochs);
    stats_.commit_time_total += took;
    const auto bucket =
        std::lower_bound(CommitterStats::kCommitBucketsSeconds.begin(),
                         CommitterStats::kCommitBucketsSeconds.end(), absl::ToDoubleSeconds(took));
    ++stats_.commits_by_bucket[static_cast<size_t>(bucket -
                                                   CommitterStats::kCommitBucketsSeconds.begin())];
  }
  if (!status.ok()) {
    Fail(*epoch, pending, status);
    return;
  }
  apply_(++number_, *epoch, &verdicts_);
  bool recovered = false;
  std::vector<BatchWaiter*> held;
  {
    absl::MutexLock lock(&mutex_);
    recovered = std::exchange(failing_, false);
    settling_amount_ = std::exchange(committing_amount_, {});
    held.swap(held_);
  }
  // Before those that are settled now can send more.
  for (BatchWaiter* waiter : held) waiter->OnRoom();
  Settle(pending);
  if (recovered) LogInfo("the log can be written again");
}

void Committer::Settle(const std::vector<Pending>& pending) {
  size_t counted = 0;
  size_t bytes = 0;
  for (size_t i = 0; i < pending.size(); ++i) {
    const Pending& p = pending[i];
    if (p.send_again.has_value()) {
      p.waiter->OnFailed(p.sequence, SendAgain(*p.send_again, options_.max_pending_bytes));
    } else {
      p.waiter->OnSettled(p.sequence, p.rejected ? Verdict::kRejected : verdicts_[counted++]);
    }
    bytes += p.bytes;
    if (i + 1 == pending.size() || pending[i + 1].waiter != p.waiter) {
      p.waiter->OnBatchesSettled(std::exchange(bytes, 0));
    }
  }
}

void Committer::Fail(const Epoch& epoch, std::vector<Pending> pending, const absl::Status& status) {
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
    pending.insert(pending.end(), pending_.begin(), pending_.end());
    pending_.clear();
    rejections_waiting_ = 0;
    held.swap(held_);
    open_.RejectBatches(RejectReason::kLogFailed);
    open_.Inherit(epoch, RejectReason::kLogFailed);
    rejected = open_.rejected;
  }
  if (first) LogError("the log cannot be written", {{"error", std::string(status.message())}});
  for (BatchWaiter* waiter : held) waiter->OnRoom();
  Keep(rejected);
  SettleFailed(pending, status);
  if (fatal) fatal_(status);
}

void Committer::Keep(const RejectedByReason& rejected) {
  const absl::Status kept = log_.KeepRejected(number_ + 1, rejected);
  if (kept.ok() && kept_) kept_(rejected);
  if (!kept.ok() && !keep_failed_) {
    LogError("what is rejected while the log cannot be written is lost if the daemon ends",
             {{"error", std::string(kept.message())}});
  }
  keep_failed_ = !kept.ok();
}

void Committer::SettleFailed(const std::vector<Pending>& pending, const absl::Status& status) {
  size_t bytes = 0;
  for (size_t i = 0; i < pending.size(); ++i) {
    const Pending& p = pending[i];
    p.waiter->OnFailed(p.sequence, status);
    bytes += p.bytes;
    if (i + 1 == pending.size() || pending[i + 1].waiter != p.waiter) {
      p.waiter->OnBatchesSettled(std::exchange(bytes, 0));
    }
  }
}

double Committer::Fullness() const {
  absl::MutexLock lock(&mutex_);
  return static_cast<double>(Waiting().bytes + settling_amount_.bytes) /
         static_cast<double>(options_.max_pending_bytes);
}

size_t Committer::MeanBytes() const {
  absl::MutexLock lock(&mutex_);
  const Amount waiting = Waiting();
  const size_t batches = waiting.batches + settling_amount_.batches;
  return batches == 0 ? 0 : (waiting.bytes + settling_amount_.bytes) / batches;
}

Committer::Amount Committer::Waiting() const {
  // Pending entries count too: a flood of empty batches takes memory as well.
  return {open_.size_bytes() + committing_amount_.bytes + pending_.size() * sizeof(Pending),
          pending_.size() + committing_amount_.batches};
}

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
