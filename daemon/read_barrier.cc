#include "daemon/read_barrier.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

// Rounds whose begin is remembered; more are only under way while the log does not answer.
constexpr size_t kUnderWayMax = 64;

}  // namespace

ReadBarrier::ReadBarrier(size_t partitions, Clock& clock, WriteFn write)
    : clock_(clock), write_(std::move(write)), applied_(partitions) {}

absl::Status ReadBarrier::Wait(absl::Duration most) {
  const absl::Duration end = clock_.Monotonic() + most;
  absl::MutexLock lock(&mutex_);
  const auto self = waiters_.emplace(waiters_.end());
  // A round that had begun before the call has markers from before it.
  const uint64_t wanted = newest_ + 1;
  absl::Status status;
  while (Done() < wanted) {
    if (stopped_) {
      status = absl::CancelledError("the process stops");
      break;
    }
    if (clock_.Monotonic() >= end) {
      status = TooLate(most);
      break;
    }
    const bool begins = Begin();
    const uint64_t round = newest_;
    const absl::Duration wait = std::min(end, began_ + kRetryAfter) - clock_.Monotonic();
    mutex_.Unlock();
    if (begins) write_(round);
    self->For(std::max(wait, absl::ZeroDuration()));
    mutex_.Lock();
  }
  waiters_.erase(self);
  // If this one would have begun the next round, another must.
  for (TimedWait& waiter : waiters_) waiter.Wake();
  return status;
}

bool ReadBarrier::Begin() {
  const absl::Duration now = clock_.Monotonic();
  if (Done() < newest_ && now < began_ + kRetryAfter) return false;
  ++newest_;
  began_ = now;
  if (under_way_.size() == kUnderWayMax) under_way_.pop_front();
  under_way_.emplace_back(newest_, now);
  return true;
}

absl::Status ReadBarrier::TooLate(absl::Duration most) const {
  const auto slowest = std::min_element(applied_.begin(), applied_.end());
  return absl::DeadlineExceededError(absl::StrCat(
      "partition ", slowest - applied_.begin(),
      " of the log could not be written and read up to now within ", absl::FormatDuration(most),
      ", so counts may be missing; numbers below earlier ones are not shown"));
}

void ReadBarrier::Applied(int32_t partition, uint64_t round) {
  absl::MutexLock lock(&mutex_);
  uint64_t& applied = applied_[static_cast<size_t>(partition)];
  applied = std::max(applied, round);
  const uint64_t done = Done();
  bool moved = false;
  while (!under_way_.empty() && under_way_.front().first <= done) {
    applied_up_to_ = under_way_.front().second;
    under_way_.pop_front();
    moved = true;
  }
  if (!moved) return;
  for (TimedWait& waiter : waiters_) waiter.Wake();
}

void ReadBarrier::Stop() {
  absl::MutexLock lock(&mutex_);
  stopped_ = true;
  for (TimedWait& waiter : waiters_) waiter.Wake();
}

uint64_t ReadBarrier::Done() const { return *std::min_element(applied_.begin(), applied_.end()); }

std::optional<absl::Duration> ReadBarrier::applied_up_to() const {
  absl::MutexLock lock(&mutex_);
  return applied_up_to_;
}

}  // namespace gmewatch
