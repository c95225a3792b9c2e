#include "daemon/log/pending_epoch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/daemon/log/committer_fakes.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;

constexpr uint64_t kEvents = 3;

Batch SomeBatch(uint64_t sequence) {
  Batch batch;
  batch.session = {1, 1};
  batch.sequence = sequence;
  batch.entries = {{1005, kEvents}};
  return batch;
}

class PendingEpochTest : public ::testing::Test {
 protected:
  const HashedOrigin origin_{Origin{"demo", "eu", "", "", ""}};
  RecordingWaiter first_;
  RecordingWaiter second_;
  PendingEpoch pending_;
};

TEST_F(PendingEpochTest, SettlesInOrderAndEndsEachRunOfAWaiter) {
  const size_t bytes = pending_.Add(SomeBatch(1), origin_, &first_) +
                       pending_.AddRejected(RejectReason::kInvalid, 9, 2, &first_);
  pending_.Add(SomeBatch(1), origin_, &second_);
  pending_.Add(SomeBatch(3), origin_, &first_);
  pending_.Settle({Verdict::kCounted, Verdict::kCounted, Verdict::kDuplicate});
  EXPECT_THAT(first_.AwaitCalls(0),
              ElementsAre("counted 1", "rejected 2", "end", "duplicate 3", "end"));
  EXPECT_GT(first_.settled_bytes(), bytes);
  EXPECT_EQ(first_.settled_bytes() + second_.settled_bytes(), pending_.size().bytes);
}

TEST_F(PendingEpochTest, TheFirstBatchOfAnOriginAloneAddsMoreThanBytesOf) {
  EXPECT_GT(pending_.Add(SomeBatch(1), origin_, &first_), PendingEpoch::BytesOf(SomeBatch(1)));
  EXPECT_EQ(pending_.Add(SomeBatch(2), origin_, &first_), PendingEpoch::BytesOf(SomeBatch(2)));
}

TEST_F(PendingEpochTest, CountsARejectionThatCannotWaitForItsAnswer) {
  uint64_t waiting = 0;
  while (pending_.AddSendAgain(RejectReason::kOverloaded, kEvents, waiting, &first_)) ++waiting;
  EXPECT_GE(waiting, 1000U);
  const Rejected& counted = pending_.epoch.rejected[static_cast<size_t>(RejectReason::kOverloaded)];
  EXPECT_EQ(counted.batches, waiting + 1);
  EXPECT_EQ(counted.events, (waiting + 1) * kEvents);
  pending_.Clear();
  EXPECT_TRUE(pending_.AddSendAgain(RejectReason::kOverloaded, kEvents, 0, &first_));
}

TEST_F(PendingEpochTest, ThoseWhoCameLaterFailBehindThoseBeforeThem) {
  PendingEpoch later;
  pending_.Add(SomeBatch(1), origin_, &first_);
  later.Add(SomeBatch(2), origin_, &first_);
  pending_.TakeWaiters(&later);
  EXPECT_FALSE(later.has_waiters());
  pending_.Fail(absl::ResourceExhaustedError("full"));
  EXPECT_THAT(first_.AwaitCalls(0),
              ElementsAre("failed 1 RESOURCE_EXHAUSTED", "failed 2 RESOURCE_EXHAUSTED", "end"));
}

}  // namespace
}  // namespace gmewatch
