// One thread waits until it is woken or until a time has passed. The only timed wait of this
// project: it is on the monotonic clock, so setting the wall clock neither lengthens nor shortens
// it. abseil's timed waits do not have this property: this version waits on the wall clock.
//
// Thread safety: Wake from any thread; For from one at a time. A wake lasts until a wait takes it.
#ifndef GMEWATCH_DAEMON_BASE_TIMED_WAIT_H_
#define GMEWATCH_DAEMON_BASE_TIMED_WAIT_H_

#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

namespace gmewatch {

class TimedWait {
 public:
  TimedWait() = default;
  TimedWait(const TimedWait&) = delete;
  TimedWait& operator=(const TimedWait&) = delete;

  // Ends the wait that runs, or the next one.
  void Wake();
  // Waits for a wake, or until `most` has passed. Returns whether it was woken.
  bool For(absl::Duration most);

 private:
  // std::mutex, because only the standard condition variable waits on the monotonic clock.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;  // guarded by mutex_
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_TIMED_WAIT_H_
