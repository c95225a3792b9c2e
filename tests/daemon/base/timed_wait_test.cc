#include "daemon/base/timed_wait.h"

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
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

TEST(TimedWaitTest, EndsAfterItsTimeOrAtAWake) {
  TimedWait wait;
  EXPECT_FALSE(wait.For(absl::ZeroDuration()));
  EXPECT_FALSE(wait.For(absl::Milliseconds(1)));
  EXPECT_FALSE(wait.For(-absl::InfiniteDuration()));
  for (const absl::Duration most : {absl::Hours(1), absl::InfiniteDuration()}) {
    std::thread waker([&wait] { wait.Wake(); });
    EXPECT_TRUE(wait.For(most));
    waker.join();
  }
}

TEST(TimedWaitTest, AWakeIsTakenByOneWait) {
  TimedWait wait;
  wait.Wake();
  wait.Wake();
  EXPECT_TRUE(wait.For(absl::Hours(1)));
  EXPECT_FALSE(wait.For(absl::Milliseconds(1)));
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
TEST(TimedWaitTest, WaitsOnTheMonotonicClock) {
  std::atomic<pid_t> thread{0};
  TimedWait wait;
  std::thread waiter([&] {
    thread = gettid();
    wait.For(absl::Hours(1));
  });
  while (thread == 0) std::this_thread::yield();
  const int operation = AwaitTimedFutexWait(thread);
  wait.Wake();
  waiter.join();
  if (operation == 0) GTEST_SKIP() << "this kernel does not show system calls in /proc";
  EXPECT_EQ(operation & FUTEX_CLOCK_REALTIME, 0);
}

// The negative control of the test above: abseil's timed waits are on the wall clock.
TEST(TimedWaitTest, AWaitOnTheWallClockIsSeen) {
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
