// Runs a step again and again on a thread of its own.
//
// All waits are on the monotonic clock, so setting the wall clock neither lengthens nor shortens
// them. abseil's timed waits do not have this property: this version waits on the wall clock.
//
// Thread safety: Wake from any thread; Start and Stop from one at a time. The step runs on the
// task's thread; it may call Wake, but not Start or Stop. What it reaches must outlive the task.
#ifndef GMEWATCH_DAEMON_BASE_PERIODIC_TASK_H_
#define GMEWATCH_DAEMON_BASE_PERIODIC_TASK_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/time/time.h"

namespace gmewatch {

class PeriodicTask {
 public:
  // One step; returns the time until the next. absl::InfiniteDuration() waits for Wake.
  using RunOnceFn = std::function<absl::Duration()>;

  explicit PeriodicTask(RunOnceFn run_once);
  PeriodicTask(const PeriodicTask&) = delete;
  PeriodicTask& operator=(const PeriodicTask&) = delete;
  // Stops.
  ~PeriodicTask();

  // Starts the thread, which runs the first step after `first_wait`. REQUIRES: not started before.
  void Start(absl::Duration first_wait = absl::ZeroDuration());

  // Runs the next step now, or right after the step that is running.
  void Wake();

  // Waits for a step that is running and ends the thread. Returns false if no thread was running.
  // Idempotent.
  bool Stop();

 private:
  void Run(absl::Duration wait);
  // Returns false when the task is to end.
  bool Wait(absl::Duration wait);

  const RunOnceFn run_once_;
  // std::mutex, because only the standard condition variable waits on the monotonic clock.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;     // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_PERIODIC_TASK_H_
