#include "client/src/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/client/outbox_fixture.h"

namespace gmewatch::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class OutboxTest : public OutboxFixture {};

TEST_F(OutboxTest, SendsNothingWithoutCounts) {
  EXPECT_EQ(outbox_.NextAttempt(), now_ + absl::Seconds(1));
  EXPECT_FALSE(Next().has_value());
  const absl::Duration first = outbox_.NextAttempt();
  EXPECT_GT(first, now_);
  EXPECT_LE(first, now_ + absl::Seconds(5));
  for (int tick = 1; tick < 4; ++tick) {
    EXPECT_FALSE(Next().has_value());
    EXPECT_EQ(outbox_.NextAttempt(), first + tick * absl::Seconds(5));
  }
  EXPECT_EQ(outbox_.Stats().batches_sent, 0U);
}

TEST_F(OutboxTest, GivesEachClientAPhaseOfItsOwn) {
  std::set<absl::Duration> ticks;
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    CodeTable table;
    Outbox outbox(Options(), Session(), &table, &details_, seed * 2654435761U, now_);
    outbox.Next(now_ + absl::Seconds(1));
    ticks.insert(outbox.NextAttempt());
  }
  EXPECT_EQ(ticks.size(), 20U);
}

TEST_F(OutboxTest, NumbersBatchesAndCountsEachEventOnce) {
  table_.Add(1005, 2);
  table_.Add(0, 9);
  details_.Add(1005, "EnterRoom", 7);
  const auto first = Next();
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->sequence(), 1U);
  EXPECT_EQ(first->session().id(), "0123456789abcdef");
  EXPECT_THAT(Counts(*first), ElementsAre(Pair(0, 9), Pair(1005, 2)));
  EXPECT_EQ(first->details_size(), 1);
  EXPECT_EQ(outbox_.Stats().pending_events, 11U);
  table_.Add(1005, 1);
  Acknowledge(1);
  EXPECT_EQ(outbox_.Stats().acknowledged_events, 11U);
  EXPECT_EQ(outbox_.Stats().pending_events, 1U);

  const auto second = Next();
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->sequence(), 2U);
  EXPECT_THAT(Counts(*second), ElementsAre(Pair(1005, 1)));
  EXPECT_EQ(second->details_size(), 0);
  Acknowledge(2);
  EXPECT_EQ(outbox_.Stats().pending_events, 0U);
  EXPECT_EQ(outbox_.settled_sequence(), 2U);
}

TEST_F(OutboxTest, TheAgeOfABatchBoundsTheAgeOfItsEvents) {
  EXPECT_FALSE(Next().has_value());  // no event yet
  const absl::Duration empty = now_;
  table_.Add(1, 1);
  const auto batch = Next();
  EXPECT_EQ(Age(*batch), now_ - empty);
  EXPECT_LE(Age(*batch), absl::Seconds(5));
}

TEST_F(OutboxTest, SendsInTheNextBatchWhatDoesNotFitIntoOne) {
  table_.Add(1, 2'000'000);
  table_.Add(2, 5);
  const absl::Duration start = now_;
  uint64_t events = 0;
  for (int batches = 0; events < 2'000'005; ++batches) {
    ASSERT_LT(batches, 3);
    const auto batch = Next();
    uint64_t in_batch = 0;
    for (const auto& [code, count] : Counts(*batch)) in_batch += count;
    EXPECT_LE(in_batch, 1'000'000U);
    EXPECT_TRUE(batches > 0 || Counts(*batch).size() == 2) << "a rare code waits for no other";
    EXPECT_EQ(Age(*batch), now_ - start);  // all parts have the same age
    Acknowledge(batch->sequence());
    events += in_batch;
  }
  EXPECT_EQ(outbox_.Stats().acknowledged_events, 2'000'005U);
}

TEST_F(OutboxTest, KeepsTheMinIntervalOfTheServer) {
  table_.Add(1, 1);
  Next();
  Outcome outcome;
  outcome.acknowledged_sequence = 1;
  outcome.min_interval = absl::Seconds(42);
  outbox_.Settle(now_, outcome);
  EXPECT_GE(outbox_.NextAttempt(), now_ + absl::Seconds(42));
  table_.Add(1, 1);
  outbox_.ExpediteFlush();  // a flush does not undercut it
  EXPECT_GE(outbox_.NextAttempt(), now_ + absl::Seconds(42));
  // An outcome without min_interval changes nothing; one with another value does.
  Next();
  Acknowledge(2);
  EXPECT_GE(outbox_.NextAttempt(), now_ + absl::Seconds(42));
  table_.Add(1, 1);
  Next();
  outcome.acknowledged_sequence = 3;
  outcome.min_interval = absl::ZeroDuration();
  outbox_.Settle(now_, outcome);
  EXPECT_LE(outbox_.NextAttempt(), now_ + absl::Seconds(5));
}

TEST_F(OutboxTest, BoundsTheMinIntervalToAnHour) {
  table_.Add(1, 1);
  Next();
  Outcome outcome;
  outcome.acknowledged_sequence = 1;
  outcome.min_interval = absl::Hours(100000);
  outbox_.Settle(now_, outcome);
  EXPECT_EQ(outbox_.NextAttempt(), now_ + absl::Hours(1));
}

TEST_F(OutboxTest, ExpeditesUntilEverythingThatWasPendingIsSettled) {
  table_.Add(1, 1'500'000);
  EXPECT_EQ(outbox_.ExpediteFlush(), 2U);
  for (uint64_t sequence = 1; sequence <= 2; ++sequence) {
    EXPECT_LE(outbox_.NextAttempt(), now_);
    EXPECT_EQ(outbox_.Next(now_)->sequence, sequence);
    Acknowledge(sequence);
  }
  EXPECT_GT(outbox_.NextAttempt(), now_);
  EXPECT_EQ(outbox_.ExpediteFlush(), 2U);  // nothing is pending
  EXPECT_GT(outbox_.NextAttempt(), now_);
}

TEST_F(OutboxTest, ReportsEventsOfTooManyCodesAsLost) {
  for (int32_t code = 0; code < 515; ++code) table_.Add(code, 2);
  EXPECT_EQ(outbox_.Stats().lost_events, 6U);
  EXPECT_EQ(outbox_.Stats().pending_events, 1024U);
  const auto batch = Next();
  EXPECT_EQ(batch->codes_size(), 512);
  EXPECT_THAT(LossesOf(*batch), ElementsAre(Pair(v1::ClientLoss::TOO_MANY_CODES, 6U)));
  Acknowledge(1);
  EXPECT_EQ(outbox_.Stats().lost_events, 6U);
  EXPECT_FALSE(Next().has_value());
}

TEST_F(OutboxTest, KeepsDetailsUntilABatchHasCounts) {
  details_.Add(1005, "EnterRoom", 7);
  EXPECT_FALSE(Next().has_value());
  table_.Add(1005, 1);
  EXPECT_EQ(Next()->details_size(), 1);
}

TEST_F(OutboxTest, ABatchFitsIntoTheServersDefaultMaximum) {
  for (int32_t code = 0; code < 512; ++code) table_.Add(-1 - code, 1'000'000'000);
  table_.Add(1, 1);
  for (int i = 0; i < 16; ++i) details_.Add(-1, std::string(64, 'x'), -1);
  EXPECT_LT(Next()->ByteSizeLong(), 65536U);
}

}  // namespace
}  // namespace gmewatch::client
