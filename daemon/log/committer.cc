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

Committer::Committer(EventLog& log, Clock& clock, CommitterOptions options, uint64_t last_number,
                     int64_t last_time_ms, ApplyFn apply, FatalFn fatal)
    : log_(log),
      clock_(clock),
      options_(options),
      apply_(std::move(apply)),
      fatal_(std::move(fatal)),
      number_(last_number),
      time_ms_(last_time_ms),
      committer_(&Committer::Run, this) {}

Committer::~Committer() { Stop(); }

absl::Status Committer::Append(const Batch& batch, const HashedOrigin& origin, BatchWaiter* waiter,
                               Appended* appended) {
  absl::MutexLock lock(&mutex_);
  std::optional<RejectReason> reason;
  absl::Status admitted = Admit(BytesOf(batch), waiter, appended, &reason);
  if (reason.has_value()) open_.Reject(*reason, 1, EventsOf(batch.entries));
  if (!admitted.ok() || (appended != nullptr && appended->held)) return admitted;
  const size_t before = open_.size_bytes();
  open_.Add(batch, origin);
  const size_t bytes = open_.size_bytes() - before + sizeof(Pending);
  if (appended != nullptr) appended->bytes = bytes;
  pending_.push_back({waiter, batch.sequence, static_cast<uint32_t>(bytes), false});
  return absl::OkStatus();
}

absl::Status Committer::AppendRejected(RejectReason reason, uint64_t events, uint64_t sequence,
                                       BatchWaiter* waiter, Appended* appended) {
  absl::MutexLock lock(&mutex_);
  std::optional<RejectReason> no_room;
  absl::Status admitted = Admit(sizeof(Pending), waiter, appended, &no_room);
  if (no_room.has_value()) open_.Reject(*no_room, 1, events);
  if (!admitted.ok() || (appended != nullptr && appended->held)) return admitted;
  open_.Reject(reason, 1, events);
  if (appended != nullptr) appended->bytes = sizeof(Pending);
  pending_.push_back({waiter, sequence, sizeof(Pending), true});
  return absl::OkStatus();
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
  if (stopping_) {
    *reason = RejectReason::kStopping;
    return absl::UnavailableError("the daemon is stopping");
  }
  if (failing_) {
    *reason = RejectReason::kLogFailed;
    return absl::ResourceExhaustedError("the log cannot be written at present");
  }
  if (HasRoom(bytes, appended != nullptr)) return absl::OkStatus();
  if (appended != nullptr) {
    appended->held = true;
    held_.push_back(waiter);
    return absl::OkStatus();
  }
  *reason = RejectReason::kOverloaded;
  return absl::ResourceExhaustedError(
      absl::StrCat(Waiting().bytes, " bytes wait for the log; limits.max_pending_bytes allows ",
                   options_.max_pending_bytes, "; send the batch again later"));
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

bool Committer::HasWork() const { return stopping_ || !open_.empty() || !pending_.empty(); }

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

void Committer::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    if (!stopping_) stop_.Notify();
    stopping_ = true;
  }
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
  }
  // This wait makes a group of batches: only the time, or Stop, ends it.
  const absl::Duration wait = last_begin_ + pause - clock_.Monotonic();
  if (wait > absl::ZeroDuration()) stop_.WaitForNotificationWithTimeout(wait);
  last_begin_ = clock_.Monotonic();
  absl::MutexLock lock(&mutex_);
  if (open_.empty() && pending_.empty()) return false;
  std::swap(*epoch, open_);
  std::swap(*pending, pending_);
  committing_ = true;
  committing_amount_ = {epoch->size_bytes() + pending->size() * sizeof(Pending), pending->size()};
  return true;
}

void Committer::Commit(Epoch* epoch, const std::vector<Pending>& pending) {
  time_ms_ = std::max(time_ms_, absl::ToUnixMillis(clock_.Now()));
  epoch->time_ms = time_ms_;
  const absl::Duration begin = clock_.Monotonic();
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
    p.waiter->OnSettled(p.sequence, p.rejected ? Verdict::kRejected : verdicts_[counted++]);
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
  {
    absl::MutexLock lock(&mutex_);
    first = !failing_;
    // Until a commit succeeds. The counts of the rejected batches make another attempt certain.
    failing_ = true;
    if (fatal) permanent_failure_ = status;
    pending.insert(pending.end(), pending_.begin(), pending_.end());
    pending_.clear();
    held.swap(held_);
    open_.RejectBatches(RejectReason::kLogFailed);
    open_.Inherit(epoch, RejectReason::kLogFailed);
  }
  if (first) LogError("the log cannot be written", {{"error", std::string(status.message())}});
  for (BatchWaiter* waiter : held) waiter->OnRoom();
  size_t bytes = 0;
  for (size_t i = 0; i < pending.size(); ++i) {
    const Pending& p = pending[i];
    p.waiter->OnFailed(p.sequence, status);
    bytes += p.bytes;
    if (i + 1 == pending.size() || pending[i + 1].waiter != p.waiter) {
      p.waiter->OnBatchesSettled(std::exchange(bytes, 0));
    }
  }
  if (fatal) fatal_(status);
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
