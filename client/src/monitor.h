// A lock whose timed waits follow the monotonic clock, and that clock.
//
// Why not absl::Mutex: in the packaged abseil a timed wait ends by the wall clock. If a player set
// the clock back by an hour, Reporter::Stop would wait an hour longer.
//
// Thread safety: every method may be called from any thread. Times are those of Monotonic().
#ifndef GMEWATCH_CLIENT_SRC_MONITOR_H_
#define GMEWATCH_CLIENT_SRC_MONITOR_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace gmewatch::client {

// The time since an arbitrary start; never goes back. It goes on while the device sleeps: the
// server forgets sessions meanwhile, and events get older.
absl::Duration Monotonic();

class ABSL_LOCKABLE Monitor {
 public:
  Monitor() = default;
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

  // Waits until condition() holds or the clock reads `deadline`; returns whether it holds. A wait
  // during which the device sleeps ends with the next NotifyAll, or later by that sleep. The
  // analysis does not see that condition() is called under the lock.
  template <typename Condition>
  bool AwaitUntil(absl::Duration deadline, Condition condition)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock<std::mutex> lock(mutex_, std::adopt_lock);
    const std::chrono::steady_clock::time_point end = TimePoint(deadline);
    // After a sleep of the device the clock may be past the deadline, although the wait is not.
    while (!condition() && Monotonic() < deadline &&
           changed_.wait_until(lock, end) == std::cv_status::no_timeout) {
    }
    const bool holds = condition();
    lock.release();
    return holds;
  }

  // To be called after every change of what a condition reads.
  void NotifyAll() { changed_.notify_all(); }

 private:
  static std::chrono::steady_clock::time_point TimePoint(absl::Duration deadline);

  std::mutex mutex_;
  std::condition_variable changed_;
};

class ABSL_SCOPED_LOCKABLE MonitorLock {
 public:
  explicit MonitorLock(Monitor* monitor) ABSL_EXCLUSIVE_LOCK_FUNCTION(monitor) : monitor_(monitor) {
    monitor_->Lock();
  }
  MonitorLock(const MonitorLock&) = delete;
  MonitorLock& operator=(const MonitorLock&) = delete;
  ~MonitorLock() ABSL_UNLOCK_FUNCTION() { monitor_->Unlock(); }

 private:
  Monitor* const monitor_;
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_MONITOR_H_
