#include "daemon/aggregate/aggregate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/daemon/aggregate/epochs.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;

class AggregateTest : public ::testing::Test {
 protected:
  AggregateTest() : feed_(&aggregate_) { feed_.SetPolicy(SomePolicy()); }

  Aggregate aggregate_;
  Feed feed_;
};

TEST_F(AggregateTest, CountsByCodeAppAndRegion) {
  feed_.Send(SomeBatch(1, 1, {{1005, 3}, {10001, 1}}), From("demo", "eu"));
  feed_.Send(SomeBatch(2, 1, {{1005, 4}}), From("demo", "us"));
  feed_.Send(SomeBatch(3, 1, {{1005, 5}, {1005, 6}}), From("chess", "eu"));
  EXPECT_EQ(EventsAt(aggregate_, "demo", "eu", 1005), 3U);
  EXPECT_EQ(EventsAt(aggregate_, "demo", "eu", 10001), 1U);
  EXPECT_EQ(EventsAt(aggregate_, "demo", "us", 1005), 4U);
  EXPECT_EQ(EventsAt(aggregate_, "chess", "eu", 1005), 11U);
  EXPECT_EQ(AllEvents(aggregate_), 19U);
  EXPECT_EQ(aggregate_.batches_counted(), 3U);
}

TEST_F(AggregateTest, CountsSuccessesApart) {
  feed_.Send(SomeBatch(1, 1, {{0, 1000}, {1005, 1}}), From("demo", "eu"));
  EXPECT_EQ(FindPlace(aggregate_, "demo", "eu")->success_events(), 1000U);
  EXPECT_EQ(EventsAt(aggregate_, "demo", "eu", 1005), 1U);
}

TEST_F(AggregateTest, CountsABatchOnceHoweverOftenItComes) {
  const Batch batch = SomeBatch(1, 1, {{1005, 3}});
  EXPECT_EQ(feed_.Send(batch, From("demo", "eu")), Verdict::kCounted);
  EXPECT_EQ(feed_.Send(batch, From("demo", "eu")), Verdict::kDuplicate);
  EXPECT_EQ(feed_.Send(SomeBatch(1, 5, {{1005, 1}}), From("demo", "eu")), Verdict::kCounted);
  EXPECT_EQ(feed_.Send(SomeBatch(1, 4, {{1005, 1}}), From("demo", "eu")), Verdict::kDuplicate);
  EXPECT_EQ(EventsAt(aggregate_, "demo", "eu", 1005), 4U);
  EXPECT_EQ(aggregate_.batches_counted(), 2U);
  EXPECT_EQ(aggregate_.batches_duplicate(), 2U);
}

TEST_F(AggregateTest, FindsDuplicatesInsideAnEpochToo) {
  Epoch epoch;
  for (const uint64_t sequence : {1U, 1U, 2U, 1U}) {
    epoch.Add(SomeBatch(9, sequence, {{1005, 1}}), From("demo", "eu"));
  }
  EXPECT_THAT(feed_.Apply(&epoch), ElementsAre(Verdict::kCounted, Verdict::kDuplicate,
                                               Verdict::kCounted, Verdict::kDuplicate));
  EXPECT_EQ(AllEvents(aggregate_), 2U);
}

TEST_F(AggregateTest, KeepsTheOrderOfVerdictsOverManyBatches) {
  Epoch epoch;
  for (uint64_t i = 0; i < 100; ++i) {
    epoch.Add(SomeBatch(i / 2, 1, {{1005, 1}}), From("demo", "eu"));
  }
  const std::vector<Verdict>& verdicts = feed_.Apply(&epoch);
  ASSERT_EQ(verdicts.size(), 100U);
  for (size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(verdicts[i], i % 2 == 0 ? Verdict::kCounted : Verdict::kDuplicate) << i;
  }
}

TEST_F(AggregateTest, CountsASessionOncePerCode) {
  feed_.Send(SomeBatch(1, 1, {{1005, 3}}), From("demo", "eu"));
  feed_.Send(SomeBatch(1, 2, {{1005, 3}, {10001, 1}}), From("demo", "eu"));
  feed_.Send(SomeBatch(2, 1, {{1005, 3}}), From("demo", "eu"));
  const PlaceCounters* row = FindPlace(aggregate_, "demo", "eu");
  EXPECT_EQ(row->cell(FindSlot(aggregate_, 1005)).sessions.value(), 2U);
  EXPECT_EQ(row->cell(FindSlot(aggregate_, 10001)).sessions.value(), 1U);
  EXPECT_EQ(row->sessions(), 2U);
  EXPECT_EQ(aggregate_.session_count(), 2U);
}

TEST_F(AggregateTest, ForgetsASessionAfterTheHorizonAndNotBefore) {
  const Batch batch = SomeBatch(1, 1, {{1005, 1}});
  const int64_t horizon_ms = SomePolicy().session_horizon_ms();
  feed_.Send(batch, From("demo", "eu"));
  feed_.now_ms += horizon_ms - 1000;
  EXPECT_EQ(feed_.Send(batch, From("demo", "eu")), Verdict::kDuplicate);
  // The duplicate was seen, so the horizon starts again.
  feed_.now_ms += horizon_ms - 1000;
  EXPECT_EQ(feed_.Send(batch, From("demo", "eu")), Verdict::kDuplicate);
  feed_.now_ms += horizon_ms + 2000;
  EXPECT_EQ(feed_.Send(batch, From("demo", "eu")), Verdict::kCounted);
  EXPECT_EQ(FindPlace(aggregate_, "demo", "eu")->sessions(), 2U);
}

// However rare its epochs are.
TEST_F(AggregateTest, GivesUpAllExpiredSessionsWithinAMinuteOfReports) {
  constexpr uint64_t kSessions = 20'000;
  for (uint64_t session = 1; session <= kSessions; ++session) {
    feed_.Send(SomeBatch(session, 1, {{1005, 1}}), From("demo", "eu"));
  }
  EXPECT_EQ(aggregate_.session_count(), kSessions);
  feed_.now_ms += SomePolicy().session_horizon_ms() + 2000;
  const Batch batch = SomeBatch(1, 2, {{1005, 1}});
  for (int i = 0; i < 7; ++i) {
    feed_.Send(batch, From("demo", "eu"));
    feed_.now_ms += 10'000;
  }
  EXPECT_EQ(aggregate_.session_count(), 1U);
  EXPECT_LE(aggregate_.TakeCheckpoint(false).page_count, 2U);
}

TEST_F(AggregateTest, SessionsExpireBySteadyTimeWhateverTheWallClockSays) {
  std::vector<Verdict> verdicts;
  uint64_t number = 10;
  const auto send = [&](int64_t time_ms, int64_t steady_ms) {
    Epoch epoch;
    epoch.time_ms = time_ms;
    epoch.steady_ms = steady_ms;
    epoch.Add(SomeBatch(1, 1, {{1005, 1}}), From("demo", "eu"));
    aggregate_.Apply(++number, epoch, &verdicts);
    return verdicts.front();
  };
  const int64_t horizon_ms = SomePolicy().session_horizon_ms();
  EXPECT_EQ(send(kStartMs, kStartMs), Verdict::kCounted);
  EXPECT_EQ(send(kStartMs + 9 * horizon_ms, kStartMs + 1000), Verdict::kDuplicate);
  EXPECT_EQ(send(kStartMs - 9 * horizon_ms, kStartMs + 2000), Verdict::kDuplicate);
  EXPECT_EQ(aggregate_.TakeCheckpoint(false).steady_ms, kStartMs + 2000);
  EXPECT_EQ(send(kStartMs, kStartMs + horizon_ms + 4000), Verdict::kCounted);
}

TEST_F(AggregateTest, SweepsOldSessionsOutOfMemory) {
  for (uint64_t i = 0; i < 100; ++i) {
    feed_.Send(SomeBatch(i, 1, {{1005, 1}}), From("demo", "eu"));
  }
  EXPECT_EQ(aggregate_.session_count(), 100U);
  EXPECT_TRUE(aggregate_.Find({5, 7}).known);
  feed_.now_ms += SomePolicy().session_horizon_ms() + 2000;
  for (int i = 0; i < 200; ++i) {
    Epoch epoch;
    epoch.Reject(RejectReason::kInvalid, 1, 0);
    feed_.Apply(&epoch);
  }
  EXPECT_EQ(aggregate_.session_count(), 0U);
  EXPECT_FALSE(aggregate_.Find({5, 7}).known);
}

TEST_F(AggregateTest, CountsLateEventsAmongAllEventsAndApart) {
  Batch batch = SomeBatch(1, 1, {{1005, 3}});
  batch.late = true;
  feed_.Send(batch, From("demo", "eu"));
  feed_.Send(SomeBatch(1, 2, {{1005, 1}}), From("demo", "eu"));
  const Cell& cell = FindPlace(aggregate_, "demo", "eu")->cell(FindSlot(aggregate_, 1005));
  EXPECT_EQ(cell.events.value(), 4U);
  EXPECT_EQ(cell.late.value(), 3U);
}

TEST_F(AggregateTest, CountsWhatClientsLost) {
  Batch batch = SomeBatch(1, 1, {});
  batch.losses = {{2, 5}, {4, 1}, {2, 1}};
  feed_.Send(batch, From("demo", "eu"));
  const PlaceCounters* row = FindPlace(aggregate_, "demo", "eu");
  EXPECT_EQ(row->lost(2), 6U);
  EXPECT_EQ(row->lost(4), 1U);
  EXPECT_EQ(row->lost(0), 0U);
}

TEST_F(AggregateTest, CountsRejectedBatchesByReason) {
  Epoch epoch;
  epoch.Reject(RejectReason::kInvalid, 2, 30);
  epoch.Reject(RejectReason::kOverloaded, 1, 4);
  feed_.Apply(&epoch);
  EXPECT_EQ(aggregate_.rejected_batches(RejectReason::kInvalid), 2U);
  EXPECT_EQ(aggregate_.rejected_events(RejectReason::kInvalid), 30U);
  EXPECT_EQ(aggregate_.rejected_events(RejectReason::kOverloaded), 4U);
}

TEST_F(AggregateTest, UnknownCodesKeepTheirNumberUpToSixtyFour) {
  for (int32_t i = 0; i < 70; ++i) {
    // Large, small and negative numbers.
    const int32_t code = i % 2 == 0 ? 50'000 + i : -1'000'000'000 - i;
    feed_.Send(SomeBatch(1, static_cast<uint64_t>(i) + 1, {{code, 1}}), From("demo", "eu"));
    feed_.Send(SomeBatch(2, static_cast<uint64_t>(i) + 1, {{code, 2}}), From("demo", "us"));
    EXPECT_EQ(FindSlot(aggregate_, code) == kOtherSlot, i >= 64) << i;
  }
  const PlaceCounters* row = FindPlace(aggregate_, "demo", "eu");
  EXPECT_EQ(row->cell(kOtherSlot).events.value(), 6U);
  EXPECT_EQ(row->cell(FindSlot(aggregate_, 50'000)).events.value(), 1U);
  EXPECT_EQ(AllEvents(aggregate_), 210U);
}

TEST_F(AggregateTest, ACodeThatTheCatalogueLearnsKeepsItsColumn) {
  feed_.Send(SomeBatch(1, 1, {{4242, 2}}), From("demo", "eu"));
  const size_t slot = FindSlot(aggregate_, 4242);
  internal::Policy policy = SomePolicy();
  policy.add_catalog_codes(4242);
  policy.add_catalog_codes(4243);
  feed_.SetPolicy(policy);
  feed_.Send(SomeBatch(1, 2, {{4242, 1}, {4243, 1}}), From("demo", "eu"));
  EXPECT_EQ(FindSlot(aggregate_, 4242), slot);
  EXPECT_EQ(EventsAt(aggregate_, "demo", "eu", 4242), 3U);
  EXPECT_EQ(EventsAt(aggregate_, "demo", "eu", 4243), 1U);
}

TEST_F(AggregateTest, BeyondTheLimitFirstTheRegionThenTheAppBecomesOther) {
  feed_.SetPolicy(SomePolicy(3));
  const std::vector<std::pair<std::string, std::string>> places = {
      {"a", "eu"}, {"a", "us"}, {"b", "eu"}, {"a", "asia"}, {"b", "us"}, {"c", "eu"}, {"d", "x"}};
  for (size_t i = 0; i < places.size(); ++i) {
    feed_.Send(SomeBatch(i, 1, {{1005, 1}}), From(places[i].first, places[i].second));
  }
  EXPECT_EQ(EventsAt(aggregate_, "a", "eu", 1005), 1U);
  EXPECT_EQ(EventsAt(aggregate_, "b", "eu", 1005), 1U);
  EXPECT_EQ(EventsAt(aggregate_, "a", "other", 1005), 1U);
  EXPECT_EQ(EventsAt(aggregate_, "b", "other", 1005), 1U);
  EXPECT_EQ(EventsAt(aggregate_, "other", "other", 1005), 2U);
  EXPECT_EQ(AllEvents(aggregate_), places.size());
}

TEST_F(AggregateTest, ConfiguredPlacesAreThereBeforeTheirFirstBatch) {
  internal::Policy policy = SomePolicy(1);
  for (const char* region : {"eu", "us"}) {
    internal::PlaceRecord* place = policy.add_configured();
    place->set_app("demo");
    place->set_region(region);
  }
  feed_.SetPolicy(policy);
  ASSERT_NE(FindPlace(aggregate_, "demo", "us"), nullptr);
  feed_.Send(SomeBatch(1, 1, {{1005, 1}}), From("demo", "us"));
  EXPECT_EQ(EventsAt(aggregate_, "demo", "us", 1005), 1U);
}

TEST_F(AggregateTest, ShowsWhatTheLogSaysIsShown) {
  feed_.Send(SomeBatch(1, 1, {{1005, 1}, {4242, 1}}), From("demo", "eu"));
  const PlaceCounters* row = FindPlace(aggregate_, "demo", "eu");
  EXPECT_FALSE(row->shown());
  EXPECT_TRUE(aggregate_.counters().code_shown(FindSlot(aggregate_, 1005)));
  EXPECT_FALSE(aggregate_.counters().code_shown(FindSlot(aggregate_, 4242)));
  Epoch epoch;
  epoch.shown_places = {{"demo", "eu"}, {"no", "where"}};
  epoch.shown_codes = {4242, 99};
  feed_.Apply(&epoch);
  EXPECT_TRUE(row->shown());
  EXPECT_TRUE(aggregate_.counters().code_shown(FindSlot(aggregate_, 4242)));
}

}  // namespace
}  // namespace gmewatch
