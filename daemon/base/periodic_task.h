// Runs a step again and again on a thread of its own.
//
// All waits are on the monotonic clock (timed_wait.h).
//
// Thread safety: Wake from any thread; Start and Stop from one at a time. The step runs on the
// task's thread; it may call Wake, but not Start or Stop. What it reaches must outlive the task.
#ifndef GMEWATCH_DAEMON_BASE_PERIODIC_TASK_H_
#define GMEWATCH_DAEMON_BASE_PERIODIC_TASK_H_

#include <atomic>
#include <functional>
#include <thread>

#include "absl/time/time.h"
#include "daemon/base/timed_wait.h"

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
  void Wake() { wait_.Wake(); }

  // Waits for a step that is running and ends the thread. Returns false if no thread was running.
  // Idempotent.
  bool Stop();

 private:
  void Run(absl::Duration wait);

  const RunOnceFn run_once_;
  TimedWait wait_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_PERIODIC_TASK_H_
