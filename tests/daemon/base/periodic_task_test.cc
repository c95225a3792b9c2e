#include "daemon/base/periodic_task.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

// Counts how often a step ran.
class Runs {
 public:
  void Add() {
    absl::MutexLock lock(&mutex_);
    ++runs_;
  }
  void Await(int runs) {
    absl::MutexLock lock(&mutex_);
    const auto reached = [this, runs]()
                             ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return runs_ >= runs; };
    mutex_.Await(absl::Condition(&reached));
  }

 private:
  absl::Mutex mutex_;
  int runs_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(PeriodicTaskTest, RunsItsStepAgainAfterTheWaitThatTheStepReturns) {
  Runs runs;
  PeriodicTask task([&runs] {
    runs.Add();
    return absl::Milliseconds(1);
  });
  task.Start();
  runs.Await(3);
  EXPECT_TRUE(task.Stop());
}

TEST(PeriodicTaskTest, WakeEndsAWaitOfAnyLength) {
  for (const absl::Duration wait : {absl::Hours(1), absl::InfiniteDuration()}) {
    Runs runs;
    PeriodicTask task([&runs, wait] {
      runs.Add();
      return wait;
    });
    task.Start(/*first_wait=*/wait);
    task.Wake();
    runs.Await(1);
    task.Wake();
    runs.Await(2);
    EXPECT_TRUE(task.Stop());
  }
}

TEST(PeriodicTaskTest, AWakeDuringAStepRunsTheNextStepAtOnce) {
  Runs runs;
  PeriodicTask* self = nullptr;
  std::atomic<bool> first{true};
  PeriodicTask task([&] {
    runs.Add();
    if (first.exchange(false)) self->Wake();
    return absl::InfiniteDuration();
  });
  self = &task;
  task.Start();
  runs.Await(2);
}

TEST(PeriodicTaskTest, StopWaitsForTheStepThatRunsAndIsIdempotent) {
  absl::Notification running;
  absl::Notification go_on;
  std::atomic<bool> done{false};
  PeriodicTask task([&] {
    running.Notify();
    go_on.WaitForNotification();
    done = true;
    return absl::ZeroDuration();
  });
  EXPECT_FALSE(task.Stop()) << "it was not started";
  task.Start();
  running.WaitForNotification();
  std::thread releaser([&go_on] { go_on.Notify(); });
  EXPECT_TRUE(task.Stop());
  EXPECT_TRUE(done.load());
  EXPECT_FALSE(task.Stop());
  releaser.join();
}

// The operation of the futex in which this thread waits with a timeout, as the kernel shows it.
// Returns 0 if the kernel does not show system calls.
int AwaitTimedFutexWait(pid_t thread) {
  for (;;) {
    // proc(5): the number of the system call, then its arguments in hexadecimal.
    std::ifstream file(absl::StrCat("/proc/self/task/", thread, "/syscall"));
    std::string line;
    if (!std::getline(file, line)) return 0;
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    int operation = 0;
    if (words.size() > 4 && words[0] == absl::StrCat(SYS_futex) && words[4] != "0x0" &&
        absl::SimpleHexAtoi(words[2], &operation) &&
        (operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET) {
      return operation;
    }
    std::this_thread::yield();
  }
}

// A wait on the wall clock lasts an hour longer if the clock is set back by an hour. A test cannot
// set the clock, so this one asks the kernel which clock the thread waits on.
TEST(PeriodicTaskTest, WaitsOnTheMonotonicClock) {
  std::atomic<pid_t> thread{0};
  PeriodicTask task([&thread] {
    thread = gettid();
    return absl::Hours(1);
  });
  task.Start();
  while (thread == 0) std::this_thread::yield();
  const int operation = AwaitTimedFutexWait(thread);
  if (operation == 0) GTEST_SKIP() << "this kernel does not show system calls in /proc";
  EXPECT_EQ(operation & FUTEX_CLOCK_REALTIME, 0);
}

// The negative control of the test above: abseil's timed waits are on the wall clock.
TEST(PeriodicTaskTest, AWaitOnTheWallClockIsSeen) {
  std::atomic<pid_t> thread{0};
  absl::Notification end;
  std::thread waiter([&] {
    thread = gettid();
    end.WaitForNotificationWithTimeout(absl::Hours(1));
  });
  while (thread == 0) std::this_thread::yield();
  const int operation = AwaitTimedFutexWait(thread);
  end.Notify();
  waiter.join();
  if (operation == 0) GTEST_SKIP() << "this kernel does not show system calls in /proc";
  EXPECT_NE(operation & FUTEX_CLOCK_REALTIME, 0);
}

}  // namespace
}  // namespace gmewatch
