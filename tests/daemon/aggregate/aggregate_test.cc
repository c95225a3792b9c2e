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

class RulesTest : public ::testing::Test {
 protected:
  RulesTest() {
    internal::Policy policy = SomePolicy();
    policy.set_sessions_of_one_app(true);
    policy.set_sequence_jump_max(kSequenceJumpMax);
    policy.set_series_events_max(kSeriesEventsMax);
    feed_.SetPolicy(policy);
  }
  // Takes the series close to its end.
  void Fill(const char* app, int32_t code, uint64_t events) {
    constexpr uint64_t kBatch = uint64_t{kEntriesPerBatchMax} * kCountMax;
    Epoch epoch;
    for (; events > 0; events -= std::min(events, kBatch)) {
      Batch batch = SomeBatch(99, ++filled_, {});
      for (uint64_t left = std::min(events, kBatch); left > 0;) {
        const uint64_t count = std::min<uint64_t>(left, kCountMax);
        batch.entries.push_back({code, static_cast<uint32_t>(count)});
        left -= count;
      }
      epoch.Add(batch, From(app, "eu"));
    }
    feed_.Apply(&epoch);
  }

  Aggregate aggregate_;
  Feed feed_{&aggregate_};
  uint64_t filled_ = 0;
};

TEST_F(RulesTest, ASessionBelongsToItsApp) {
  EXPECT_EQ(feed_.Send(SomeBatch(1, 1, {{1005, 5}}), From("b", "eu")), Verdict::kCounted);
  EXPECT_EQ(feed_.Send(SomeBatch(1, 1000, {{1005, 7}}), From("a", "eu")), Verdict::kOtherApp);
  EXPECT_EQ(feed_.Send(SomeBatch(1, 2, {{1005, 6}}), From("b", "eu")), Verdict::kCounted);
  EXPECT_EQ(EventsAt(aggregate_, "b", "eu", 1005), 11U);
  EXPECT_EQ(EventsAt(aggregate_, "a", "eu", 1005), 0U);
  EXPECT_EQ(aggregate_.rejected_events(RejectReason::kPermissionDenied), 7U);
  EXPECT_EQ(aggregate_.rejected_batches(RejectReason::kPermissionDenied), 1U);
}

TEST_F(RulesTest, ASequenceNumberDoesNotJumpFar) {
  EXPECT_EQ(feed_.Send(SomeBatch(1, UINT64_MAX / 2, {{1005, 1}}), From("a", "eu")),
            Verdict::kCounted)
      << "a session that is new here may have any number";
  const uint64_t last = UINT64_MAX / 2;
  EXPECT_EQ(feed_.Send(SomeBatch(1, last + kSequenceJumpMax + 1, {{1005, 4}}), From("a", "eu")),
            Verdict::kSequenceJump);
  EXPECT_EQ(feed_.Send(SomeBatch(1, last + 1, {{1005, 1}}), From("a", "eu")), Verdict::kCounted);
  EXPECT_EQ(feed_.Send(SomeBatch(1, last + 1 + kSequenceJumpMax, {{1005, 1}}), From("a", "eu")),
            Verdict::kCounted);
  EXPECT_EQ(aggregate_.rejected_events(RejectReason::kInvalid), 4U);
}

TEST_F(RulesTest, ASeriesNeverPassesTheNumberThatPrometheusCanShow) {
  Fill("a", 1005, kSeriesEventsMax - 10);
  EXPECT_EQ(EventsAt(aggregate_, "a", "eu", 1005), kSeriesEventsMax - 10);
  EXPECT_EQ(aggregate_.counters().LargestSeries(), kSeriesEventsMax - 10);
  EXPECT_EQ(feed_.Send(SomeBatch(1, 1, {{1005, 11}}), From("a", "eu")), Verdict::kSeriesFull);
  EXPECT_EQ(feed_.Send(SomeBatch(1, 1, {{1005, 6}, {1005, 5}}), From("a", "eu")),
            Verdict::kSeriesFull);
  EXPECT_EQ(feed_.Send(SomeBatch(1, 1, {{1006, 11}}), From("a", "eu")), Verdict::kCounted);
  EXPECT_EQ(feed_.Send(SomeBatch(1, 2, {{1005, 10}}), From("a", "eu")), Verdict::kCounted);
  EXPECT_EQ(EventsAt(aggregate_, "a", "eu", 1005), kSeriesEventsMax);
  EXPECT_EQ(aggregate_.rejected_events(RejectReason::kSeriesFull), 22U);
}

TEST_F(RulesTest, AnEpochOfADaemonWithoutTheRulesCountsAsItDid) {
  Aggregate before;
  Feed feed(&before);
  feed.SetPolicy(SomePolicy());
  EXPECT_EQ(feed.Send(SomeBatch(1, 1, {{1005, 5}}), From("b", "eu")), Verdict::kCounted);
  EXPECT_EQ(feed.Send(SomeBatch(1, UINT64_MAX, {{1005, 7}}), From("a", "eu")), Verdict::kCounted);
}

TEST_F(RulesTest, AForgottenSeriesBeginsAgainAndTheOthersGoOn) {
  Fill("a", 1005, 1000);
  Fill("a", kSuccessCode, 50);
  feed_.Send(SomeBatch(1, 1, {{1006, 3}}), From("a", "us"));
  feed_.Send(SomeBatch(2, 1, {{1005, 4}}), From("b", "eu"));
  Epoch epoch;
  epoch.forget.push_back({"a", "eu", 1005});
  feed_.Apply(&epoch);
  EXPECT_EQ(EventsAt(aggregate_, "a", "eu", 1005), 0U);
  EXPECT_EQ(FindPlace(aggregate_, "a", "eu")->success_events(), 50U);
  EXPECT_EQ(FindPlace(aggregate_, "a", "eu")->total(), 50U);
  EXPECT_EQ(EventsAt(aggregate_, "b", "eu", 1005), 4U);
  epoch.forget = {{"a", "", std::nullopt}};
  feed_.Apply(&epoch);
  EXPECT_EQ(FindPlace(aggregate_, "a", "eu")->success_events(), 0U);
  EXPECT_EQ(EventsAt(aggregate_, "a", "us", 1006), 0U);
  EXPECT_EQ(feed_.Send(SomeBatch(3, 1, {{1005, 2}}), From("a", "eu")), Verdict::kCounted);
  EXPECT_EQ(EventsAt(aggregate_, "a", "eu", 1005), 2U);
  EXPECT_EQ(AllEvents(aggregate_), 6U);
}

TEST_F(RulesTest, ACheckpointAfterItHasTheZeros) {
  Fill("a", 1005, 1000);
  const Checkpoint first = aggregate_.TakeCheckpoint(false);
  Epoch epoch;
  epoch.forget.push_back({"a", "", std::nullopt});
  feed_.Apply(&epoch);
  const Checkpoint changed = aggregate_.TakeCheckpoint(true);
  const auto zero = std::count_if(
      changed.counters.begin(), changed.counters.end(),
      [&](const CounterRow& row) { return row.slot == first.counters[0].slot && row.events == 0; });
  EXPECT_EQ(zero, 1);
}

TEST_F(RulesTest, WhileRoomIsScarceSessionsOfOneBatchAreForgottenSooner) {
  for (uint64_t id : {1U, 2U}) feed_.Send(SomeBatch(id, 1, {{1005, 1}}), From("a", "eu"));
  feed_.Send(SomeBatch(2, 2, {{1005, 1}}), From("a", "eu"));
  Epoch epoch;
  epoch.once_horizon_ms = 600'000;
  feed_.Apply(&epoch);
  feed_.now_ms += 601'000;
  EXPECT_EQ(feed_.Send(SomeBatch(2, 2, {{1005, 1}}), From("a", "eu")), Verdict::kDuplicate);
  EXPECT_EQ(feed_.Send(SomeBatch(1, 1, {{1005, 1}}), From("a", "eu")), Verdict::kCounted);
  // A change of the settings does not end it; that is an epoch of its own.
  feed_.SetPolicy(SomePolicy());
  feed_.Send(SomeBatch(3, 1, {{1005, 1}}), From("a", "eu"));
  feed_.now_ms += 601'000;
  EXPECT_EQ(feed_.Send(SomeBatch(3, 1, {{1005, 1}}), From("a", "eu")), Verdict::kCounted);
  Epoch enough;
  enough.once_horizon_ms = 0;
  feed_.Apply(&enough);
  feed_.now_ms += 601'000;
  EXPECT_EQ(feed_.Send(SomeBatch(3, 1, {{1005, 1}}), From("a", "eu")), Verdict::kDuplicate);
}

}  // namespace
}  // namespace gmewatch
