// Lets a reader see everything that was acknowledged before it asked: a round of markers is
// written, one to each partition, and the reader waits until this process has applied them all.
// What was acknowledged before has a smaller offset, so whichever counter answers, no answer is
// below an earlier one.
//
// Readers share rounds: any round that begins after a reader asked will do for it, and the next one
// begins when the one under way is applied. So at most one round is under way and one is waited
// for.
//
// Thread safety: any thread may wait; one thread applies records. Errors of Wait: DeadlineExceeded,
// with the partition that is behind; Cancelled, Stop was called.
#ifndef GMEWATCH_DAEMON_READ_BARRIER_H_
#define GMEWATCH_DAEMON_READ_BARRIER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/base/timed_wait.h"

namespace gmewatch {

class ReadBarrier {
 public:
  // Begins to write a marker with the number of this round to each partition. Called on a thread
  // that waits; it must not wait for the log.
  using WriteFn = std::function<void(uint64_t round)>;

  // After so long without its markers a round is followed by another one: they may be lost.
  static constexpr absl::Duration kRetryAfter = absl::Seconds(1);

  // `clock` and what `write` reaches must outlive it.
  ReadBarrier(size_t partitions, Clock& clock, WriteFn write);
  ReadBarrier(const ReadBarrier&) = delete;
  ReadBarrier& operator=(const ReadBarrier&) = delete;

  // Returns when all partitions are applied up to a marker that was written after the call.
  absl::Status Wait(absl::Duration most);
  // This process's own marker of that round was applied.
  void Applied(int32_t partition, uint64_t round);
  // Ends all waits, those to come too.
  void Stop();

  // When the newest round began that was applied, by Clock::Monotonic; absent: none was yet. What
  // was acknowledged before then is counted.
  std::optional<absl::Duration> applied_up_to() const;

 private:
  // The oldest round of which all markers were applied.
  uint64_t Done() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether a round is to begin now; then it has begun.
  bool Begin() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TooLate(absl::Duration most) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock& clock_;
  const WriteFn write_;

  mutable absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t newest_ ABSL_GUARDED_BY(mutex_) = 0;  // the newest round that has begun
  absl::Duration began_ ABSL_GUARDED_BY(mutex_);
  std::vector<uint64_t> applied_ ABSL_GUARDED_BY(mutex_);  // by partition
  // The rounds that are not applied yet and when they began, in their order.
  std::list<std::pair<uint64_t, absl::Duration>> under_way_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Duration> applied_up_to_ ABSL_GUARDED_BY(mutex_);
  std::list<TimedWait> waiters_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_READ_BARRIER_H_
