#include "daemon/base/periodic_task.h"

#include <atomic>
#include <thread>

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
    return absl::Hours(1);  // one step, even if it goes on before Stop is called
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

}  // namespace
}  // namespace gmewatch
