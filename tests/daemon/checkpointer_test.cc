#include "daemon/checkpointer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "daemon/log/memory_log.h"

namespace gmewatch {
namespace {

// A log whose disk is full now and then; keeps what was to be saved.
class FullLog : public MemoryLog {
 public:
  absl::Status SaveCheckpoint(const Checkpoint& checkpoint) override {
    absl::MutexLock lock(&mutex_);
    tried_.push_back(checkpoint);
    return full_ ? absl::ResourceExhaustedError("no room") : absl::OkStatus();
  }
  void SetFull(bool full) {
    absl::MutexLock lock(&mutex_);
    full_ = full;
  }
  std::vector<Checkpoint> tried() {
    absl::MutexLock lock(&mutex_);
    return tried_;
  }

 private:
  absl::Mutex mutex_;
  bool full_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Checkpoint> tried_ ABSL_GUARDED_BY(mutex_);
};

class CheckpointerTest : public ::testing::Test {
 protected:
  CheckpointerTest() {
    Epoch epoch;
    epoch.policy.emplace().set_max_app_regions(10);
    aggregate_.Apply(1, epoch, &verdicts_);
  }
  // Each writes at once when it stops.
  Checkpointer::Stats SaveOnce(bool full) {
    log_.SetFull(full);
    Checkpointer checkpointer(aggregate_, log_, clock_, absl::Hours(1),
                              [](bool changed_only, Checkpoint* checkpoint) {
                                checkpoint->triage = changed_only ? "changes" : "all";
                              });
    checkpointer.Start();
    checkpointer.Stop();
    return checkpointer.stats();
  }

  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  Aggregate aggregate_;
  FullLog log_;
  std::vector<Verdict> verdicts_;
};

TEST_F(CheckpointerTest, SaysWhetherTheLastOneFailed) {
  const Checkpointer::Stats good = SaveOnce(false);
  EXPECT_EQ(good.saved, 1U);
  EXPECT_FALSE(good.last_failed);
  EXPECT_EQ(good.last_success, clock_.Now());
  const Checkpointer::Stats bad = SaveOnce(true);
  EXPECT_EQ(bad.failed, 1U);
  EXPECT_TRUE(bad.last_failed);
  EXPECT_EQ(bad.last_success, absl::UnixEpoch());
}

// What changed before a checkpoint that failed is in none of changes that follows.
TEST_F(CheckpointerTest, AfterAFailureTheNextHasEverythingAndItIsToldNoMore) {
  log_.SetFull(true);
  Checkpointer checkpointer(aggregate_, log_, clock_, absl::Milliseconds(1),
                            [](bool changed_only, Checkpoint* checkpoint) {
                              checkpoint->triage = changed_only ? "changes" : "all";
                            });
  checkpointer.Start();
  while (checkpointer.stats().failed == 0) std::this_thread::yield();
  EXPECT_TRUE(checkpointer.stats().last_failed);
  log_.SetFull(false);
  while (checkpointer.stats().saved < 2) std::this_thread::yield();
  EXPECT_FALSE(checkpointer.stats().last_failed);
  checkpointer.Stop();
  const std::vector<Checkpoint> tried = log_.tried();
  const uint64_t failed = checkpointer.stats().failed;
  ASSERT_GE(tried.size(), failed + 2);
  EXPECT_EQ(tried[0].triage, "changes");
  EXPECT_EQ(tried[failed].triage, "all") << "the first that was written";
  EXPECT_EQ(tried[failed + 1].triage, "changes");
}

}  // namespace
}  // namespace gmewatch
