// What the committer does with batches for which it has no room.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "daemon/log/committer.h"
#include "tests/daemon/log/committer_fakes.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;

Batch SomeBatch(uint64_t sequence) {
  Batch batch;
  batch.session = {1, 1};
  batch.sequence = sequence;
  batch.entries = {{1005, 1}};
  return batch;
}

class CommitterRoomTest : public ::testing::Test {
 protected:
  Committer* Make(size_t max_pending_bytes) {
    committer_ = std::make_unique<Committer>(
        log_, clock_, CommitterOptions{absl::ZeroDuration(), max_pending_bytes}, 0, 0,
        [](uint64_t, const Epoch& epoch, std::vector<Verdict>* verdicts) {
          verdicts->assign(CountBatches(epoch), Verdict::kCounted);
        },
        [](const absl::Status&) {});
    return committer_.get();
  }
  void TearDown() override { committer_->Stop(); }

  ScriptedLog log_;
  RealClock clock_;
  const HashedOrigin origin_{Origin{"demo", "eu", "", "", ""}};
  RecordingWaiter waiter_;
  std::unique_ptr<Committer> committer_;
};

TEST_F(CommitterRoomTest, TakesNoMoreThanItsMemoryAllows) {
  Committer* committer = Make(1000);
  log_.Hold(true);
  uint64_t taken = 0;
  while (committer->Append(SomeBatch(taken + 1), origin_, &waiter_).ok()) ++taken;
  EXPECT_GT(taken, 5U);
  EXPECT_LT(taken, 30U);
  EXPECT_GT(committer->Fullness(), 0.5);
  log_.Hold(false);
  ASSERT_TRUE(committer->Flush().ok());
  EXPECT_EQ(committer->Fullness(), 0);
  EXPECT_TRUE(committer->Append(SomeBatch(taken + 1), origin_, &waiter_).ok());
}

TEST_F(CommitterRoomTest, RejectedBatchesThatWaitFillItToo) {
  Committer* committer = Make(1000);
  log_.Hold(true);
  ASSERT_TRUE(committer->AppendRejected(RejectReason::kInvalid, 1, 0, &waiter_).ok());
  log_.AwaitAttempts(1);
  double fullness = 0;
  int taken = 0;
  for (; taken < 1000; ++taken) {
    if (!committer->AppendRejected(RejectReason::kInvalid, 1, 0, &waiter_).ok()) break;
    fullness = committer->Fullness();
  }
  EXPECT_LT(taken, 1000);
  // So clients are slowed down before any batch is rejected.
  EXPECT_GT(fullness, 0.9);
  EXPECT_GT(committer->stats().pending_bytes, 900U);
  log_.Hold(false);
  ASSERT_TRUE(committer->Flush().ok());
  EXPECT_EQ(committer->Fullness(), 0);
}

TEST_F(CommitterRoomTest, ASenderThatCanWaitIsHeldAndLeavesRoomForTheOthers) {
  Committer* committer = Make(100'000);
  log_.Hold(true);
  Batch large = SomeBatch(0);
  large.entries.assign(100, {1005, 1});
  size_t bytes = 0;
  Appended appended;
  while (true) {
    ++large.sequence;
    ASSERT_TRUE(committer->Append(large, origin_, &waiter_, &appended).ok());
    if (appended.held) break;
    bytes += appended.bytes;
  }
  EXPECT_EQ(committer->stats().pending_bytes, bytes);
  EXPECT_GT(bytes, 49'000U);
  EXPECT_LE(bytes, 50'000U);
  // A rejection of a sender that can wait is held as well, and not counted before there is room.
  while (committer->stats().pending_bytes + PendingEpoch::BytesOfRejected() <= 50'000) {
    ASSERT_TRUE(committer->AppendRejected(RejectReason::kInvalid, 1, 0, &waiter_, &appended).ok());
    bytes += appended.bytes;
  }
  appended = {};
  ASSERT_TRUE(committer->AppendRejected(RejectReason::kInvalid, 1, 0, &waiter_, &appended).ok());
  EXPECT_TRUE(appended.held);
  // The others fill the rest; the last sixteenth is for those below half the average.
  RecordingWaiter other;
  absl::Status status;
  while (status.ok()) status = committer->Append(large, origin_, &other);
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_GT(committer->Fullness(), 0.92);
  EXPECT_LT(committer->Fullness(), 0.94);
  status = absl::OkStatus();
  while (status.ok()) status = committer->Append(SomeBatch(1), origin_, &other);
  EXPECT_GT(committer->Fullness(), 0.99);
  EXPECT_LE(committer->Fullness(), 1.01);  // those that are rejected wait as well
  log_.Hold(false);
  ASSERT_TRUE(committer->Flush().ok());
  const std::vector<std::string> calls = waiter_.AwaitCalls(0);
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "room"), 2);
  EXPECT_EQ(waiter_.settled_bytes(), bytes);
  ASSERT_TRUE(committer->Append(large, origin_, &waiter_, &(appended = {})).ok());
  EXPECT_FALSE(appended.held);
}

TEST_F(CommitterRoomTest, OneBatchAlwaysFits) {
  Committer* committer = Make(100);
  Batch large = SomeBatch(1);
  large.entries.assign(100, {1005, 1});
  Appended appended;
  ASSERT_TRUE(committer->Append(large, origin_, &waiter_, &appended).ok());
  EXPECT_FALSE(appended.held);
  EXPECT_THAT(waiter_.AwaitCalls(2), ElementsAre("counted 1", "end"));
}

TEST_F(CommitterRoomTest, WhoIsHeldIsCalledWhenTheLogFailsToo) {
  Committer* committer = Make(100);
  log_.FailWith(absl::ResourceExhaustedError("disk full"));
  log_.Hold(true);
  ASSERT_TRUE(committer->Append(SomeBatch(1), origin_, &waiter_).ok());
  Appended appended;
  RecordingWaiter held;
  ASSERT_TRUE(committer->Append(SomeBatch(1), origin_, &held, &appended).ok());
  ASSERT_TRUE(appended.held);
  log_.Hold(false);
  EXPECT_THAT(held.AwaitCalls(1), ElementsAre("room"));
  EXPECT_TRUE(
      absl::IsResourceExhausted(committer->Append(SomeBatch(1), origin_, &held, &(appended = {}))));
  EXPECT_FALSE(appended.held);
  EXPECT_THAT(held.AwaitCalls(3), ElementsAre("room", "failed 1 RESOURCE_EXHAUSTED", "end"));
}

TEST_F(CommitterRoomTest, ABatchThatIsSettledWaitsNoLonger) {
  // Looks at the committer while it is settled.
  class Onlooker final : public BatchWaiter {
   public:
    void OnSettled(uint64_t, Verdict) override {
      waiting = committer->stats().pending_bytes;
      fullness = committer->Fullness();
    }
    void OnFailed(uint64_t, const absl::Status&) override {}
    void OnBatchesSettled(size_t) override {}
    Committer* committer = nullptr;
    size_t waiting = 1;
    double fullness = 0;
  };
  Onlooker onlooker;
  onlooker.committer = Make(1000);
  ASSERT_TRUE(onlooker.committer->Append(SomeBatch(1), origin_, &onlooker).ok());
  ASSERT_TRUE(onlooker.committer->Flush().ok());
  EXPECT_EQ(onlooker.waiting, 0U);
  EXPECT_GT(onlooker.fullness, 0);  // so that the answer says how full it was
  EXPECT_EQ(onlooker.committer->Fullness(), 0);
}

}  // namespace
}  // namespace gmewatch
