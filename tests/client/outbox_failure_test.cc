#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/src/outbox.h"
#include "tests/client/outbox_fixture.h"

namespace gmewatch::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class OutboxFailureTest : public OutboxFixture {};

TEST_F(OutboxFailureTest, ARetryDiffersFromTheFirstAttemptInItsAgeOnly) {
  table_.Add(1005, 2);
  details_.Add(1005, "EnterRoom", 7);
  const auto first = Next();
  for (const absl::StatusCode code :
       {absl::StatusCode::kUnavailable, absl::StatusCode::kResourceExhausted,
        absl::StatusCode::kDeadlineExceeded, absl::StatusCode::kCancelled,
        absl::StatusCode::kInternal, absl::StatusCode::kUnknown, absl::StatusCode::kAborted,
        absl::StatusCode::kUnauthenticated, absl::StatusCode::kPermissionDenied,
        absl::StatusCode::kUnimplemented}) {
    Fail(absl::Status(code, "no"));
    EXPECT_THAT(outbox_.Stats().last_error, HasSubstr("no"));
    table_.Add(1005, 1);  // for the next batch
    details_.Add(1, "", 0);
    const absl::Duration before = now_;
    const auto again = Next();
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(WithoutAge(*again).SerializeAsString(), WithoutAge(*first).SerializeAsString());
    EXPECT_GT(now_, before);
    EXPECT_EQ(Age(*again), Age(*first) + now_ - absl::Hours(100) - absl::Seconds(1));
  }
  Acknowledge(1);
  EXPECT_EQ(outbox_.Stats().last_error, "");
  EXPECT_EQ(outbox_.Stats().batches_sent, 11U);
  EXPECT_EQ(outbox_.Stats().batches_failed, 10U);
  EXPECT_THAT(Counts(*Next()), ElementsAre(Pair(1005, 10)));
}

TEST_F(OutboxFailureTest, RepeatsABatchThatTheAnswerDoesNotAcknowledge) {
  table_.Add(1, 1);
  Next();
  Acknowledge(0);
  EXPECT_EQ(outbox_.Stats().acknowledged_events, 0U);
  EXPECT_THAT(outbox_.Stats().last_error, HasSubstr("acknowledged batch 0, not yet 1"));
  EXPECT_EQ(Next()->sequence(), 1U);
  Acknowledge(7);  // a later number acknowledges it too
  EXPECT_EQ(outbox_.Stats().acknowledged_events, 1U);
}

TEST_F(OutboxFailureTest, WaitsAsLongAsTheServerAsksFor) {
  table_.Add(1, 1);
  for (int i = 0; i < 50; ++i) {
    Next();
    Fail(absl::ResourceExhaustedError("busy"), absl::Seconds(90));
    EXPECT_GT(outbox_.NextAttempt(), now_ + absl::Seconds(90));
    EXPECT_LE(outbox_.NextAttempt(), now_ + absl::Seconds(150));
    outbox_.ExpediteFlush();
    EXPECT_GE(outbox_.NextAttempt(), now_ + absl::Seconds(90));
  }
}

TEST_F(OutboxFailureTest, WaitsLongAfterAFailureThatNeedsAnOperator) {
  table_.Add(1, 1);
  for (const absl::StatusCode code :
       {absl::StatusCode::kUnauthenticated, absl::StatusCode::kPermissionDenied,
        absl::StatusCode::kUnimplemented}) {
    Next();
    Fail(absl::Status(code, ""));
    EXPECT_GE(outbox_.NextAttempt(), now_ + absl::Seconds(30));
  }
}

TEST_F(OutboxFailureTest, ANewKeyIsTriedAtOnceButNoSecondOneUntilABatchIsAcknowledged) {
  table_.Add(1, 1);
  Next();
  Fail(absl::UnauthenticatedError(""));
  outbox_.RetryWithNewKey();
  EXPECT_EQ(outbox_.NextAttempt(), now_);
  absl::Duration longest;
  for (int i = 0; i < 8; ++i) {
    Next();
    Fail(absl::UnauthenticatedError(""));
    outbox_.RetryWithNewKey();
    EXPECT_GT(outbox_.NextAttempt(), now_);
    longest = std::max(longest, outbox_.NextAttempt() - now_);
  }
  EXPECT_GT(longest, absl::Seconds(2)) << "the back-off grows";
  Next();
  Acknowledge(1);
  table_.Add(1, 1);
  outbox_.ExpediteFlush();
  Next();
  Fail(absl::UnauthenticatedError(""));
  outbox_.RetryWithNewKey();
  EXPECT_EQ(outbox_.NextAttempt(), now_);
}

TEST_F(OutboxFailureTest, AFlushShortensALongBackoffToTheInitialOne) {
  table_.Add(1, 1);
  Next();
  Fail(absl::UnauthenticatedError(""));
  const absl::Duration failed = now_;
  outbox_.ExpediteFlush();
  EXPECT_EQ(outbox_.NextAttempt(), failed + absl::Seconds(1));
  // It fails again while the flush still waits.
  Next();
  Fail(absl::UnauthenticatedError(""));
  EXPECT_LE(outbox_.NextAttempt(), now_ + absl::Seconds(1));
  Next();
  Fail(absl::UnauthenticatedError(""));
  EXPECT_LE(outbox_.NextAttempt(), now_ + absl::Seconds(2));
}

TEST_F(OutboxFailureTest, CountsRejectedEventsAndReportsThem) {
  table_.Add(1, 5);
  for (int32_t code = 2; code < 514; ++code) table_.Add(code, 1);  // one too many
  EXPECT_THAT(LossesOf(*Next()), ElementsAre(Pair(v1::ClientLoss::TOO_MANY_CODES, 1U)));
  Fail(absl::InvalidArgumentError("codes: too odd"));
  EXPECT_EQ(outbox_.settled_sequence(), 1U);
  const OutboxStats stats = outbox_.Stats();
  EXPECT_EQ(stats.rejected_events, 516U);
  EXPECT_EQ(stats.lost_events, 1U);
  EXPECT_EQ(stats.pending_events, 0U);
  EXPECT_EQ(stats.batches_failed, 0U);
  EXPECT_THAT(stats.last_error, HasSubstr("too odd"));
  // The rejected batch carried a loss, which must be reported again.
  const auto next = Next();
  EXPECT_EQ(next->sequence(), 2U);
  EXPECT_EQ(next->codes_size(), 0);
  EXPECT_THAT(LossesOf(*next), ElementsAre(Pair(v1::ClientLoss::TOO_MANY_CODES, 1U),
                                           Pair(v1::ClientLoss::REFUSED, 516U)));
  Acknowledge(2);
  EXPECT_FALSE(Next().has_value());
}

TEST_F(OutboxFailureTest, KeepsABatchThatSomebodyElseRejects) {
  table_.Add(1, 5);
  Next();
  Outcome foreign;  // without a reason of gmewatchd's
  foreign.status = absl::InvalidArgumentError("gateway: bad request");
  outbox_.Settle(now_, foreign);
  EXPECT_EQ(outbox_.Stats().rejected_events, 0U);
  EXPECT_THAT(outbox_.Stats().last_error, HasSubstr("gateway"));
  EXPECT_EQ(Next()->sequence(), 1U);
  Acknowledge(1);
  EXPECT_EQ(outbox_.Stats().acknowledged_events, 5U);
}

TEST_F(OutboxFailureTest, SendsLessAndLessToAServerThatRejectsEverything) {
  table_.Add(1, 1);
  absl::Duration last = now_;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(Next().has_value());
    last = now_;
    Fail(absl::InvalidArgumentError("no"));
  }
  EXPECT_GT(last - absl::Hours(100), 200 * absl::Seconds(20));
}

TEST_F(OutboxFailureTest, GivesUpABatchAfterTheHorizonAndReportsTheLoss) {
  table_.Add(1, 5);
  Next();
  const absl::Duration made = now_;
  Fail(absl::UnavailableError(""));
  table_.Add(2, 3);
  while (now_ < made + absl::Hours(1)) {
    const auto again = Next();
    if (again->sequence() == 2) break;
    EXPECT_LT(now_, made + absl::Hours(1));
    Fail(absl::UnavailableError(""));
  }
  EXPECT_EQ(outbox_.Stats().lost_events, 5U);
  EXPECT_EQ(outbox_.Stats().pending_events, 3U);
  EXPECT_EQ(outbox_.settled_sequence(), 1U);
  // Counts that were never sent cannot be counted twice, so no horizon holds for them yet.
  Fail(absl::UnavailableError(""));
  const auto next = Next();
  EXPECT_EQ(next->sequence(), 2U);
  EXPECT_THAT(Counts(*next), ElementsAre(Pair(2, 3)));
  EXPECT_THAT(LossesOf(*next), ElementsAre(Pair(v1::ClientLoss::EXPIRED, 5U)));
  EXPECT_GE(Age(*next), absl::Hours(1));
  Acknowledge(2);
  EXPECT_EQ(outbox_.Stats().acknowledged_events, 3U);
}

}  // namespace
}  // namespace gmewatch::client
