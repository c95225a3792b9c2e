// The rules of the policy by which only the aggregate can reject a batch, and what is forgotten.
#include <gtest/gtest.h>

#include <algorithm>

#include "daemon/aggregate/aggregate.h"
#include "tests/daemon/aggregate/epochs.h"

namespace gmewatch {
namespace {

class AggregateRulesTest : public ::testing::Test {
 protected:
  AggregateRulesTest() {
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

TEST_F(AggregateRulesTest, ASessionBelongsToItsApp) {
  EXPECT_EQ(feed_.Send(SomeBatch(1, 1, {{1005, 5}}), From("b", "eu")), Verdict::kCounted);
  EXPECT_EQ(feed_.Send(SomeBatch(1, 1000, {{1005, 7}}), From("a", "eu")), Verdict::kOtherApp);
  EXPECT_EQ(feed_.Send(SomeBatch(1, 2, {{1005, 6}}), From("b", "eu")), Verdict::kCounted);
  EXPECT_EQ(EventsAt(aggregate_, "b", "eu", 1005), 11U);
  EXPECT_EQ(EventsAt(aggregate_, "a", "eu", 1005), 0U);
  EXPECT_EQ(aggregate_.rejected_events(RejectReason::kPermissionDenied), 7U);
  EXPECT_EQ(aggregate_.rejected_batches(RejectReason::kPermissionDenied), 1U);
}

TEST_F(AggregateRulesTest, ASequenceNumberDoesNotJumpFar) {
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

TEST_F(AggregateRulesTest, ASeriesNeverPassesTheNumberThatPrometheusCanShow) {
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

TEST_F(AggregateRulesTest, AnEpochOfADaemonWithoutTheRulesCountsAsItDid) {
  Aggregate before;
  Feed feed(&before);
  feed.SetPolicy(SomePolicy());
  EXPECT_EQ(feed.Send(SomeBatch(1, 1, {{1005, 5}}), From("b", "eu")), Verdict::kCounted);
  EXPECT_EQ(feed.Send(SomeBatch(1, UINT64_MAX, {{1005, 7}}), From("a", "eu")), Verdict::kCounted);
}

TEST_F(AggregateRulesTest, UnknownCodesOfOneAppLeaveRoomOverARestartToo) {
  internal::Policy policy = SomePolicy();
  policy.set_unknown_codes_of_app(kUnknownCodesOfApp);
  feed_.SetPolicy(policy);
  const auto flood = [](Feed* feed, const char* app, const char* region, uint64_t session) {
    std::vector<Entry> entries;
    entries.reserve(100);
    for (int32_t i = 0; i < 100; ++i) {
      entries.push_back({static_cast<int32_t>(session) * 1'000'000 + i, 1});
    }
    feed->Send(SomeBatch(session, 1, entries), From(app, region));
  };
  const size_t documented = aggregate_.counters().codes();
  flood(&feed_, "a", "eu", 1);
  flood(&feed_, "a", "us", 2);
  EXPECT_EQ(aggregate_.counters().codes(), documented + kUnknownCodesCommon);

  Aggregate restarted;
  ASSERT_TRUE(restarted.Restore(aggregate_.TakeCheckpoint(false)).ok());
  Feed again(&restarted, 100);
  again.now_ms = kStartMs + 1000;
  flood(&again, "a", "us", 3);
  EXPECT_EQ(restarted.counters().codes(), documented + kUnknownCodesCommon);
  flood(&again, "b", "eu", 4);
  EXPECT_EQ(restarted.counters().codes(), documented + kUnknownCodesCommon + kUnknownCodesOfApp);
}

TEST_F(AggregateRulesTest, AForgottenSeriesBeginsAgainAndTheOthersGoOn) {
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

TEST_F(AggregateRulesTest, APlaceThatIsForgottenAsAWholeLeavesItsRoomToOthers) {
  feed_.SetPolicy(SomePolicy(2));
  Epoch epoch;
  uint64_t sent = 0;
  const auto send = [&](const std::string& app) {
    feed_.Send(SomeBatch(++sent, 1, {{1005, 1}}), From(app, "eu"));
    return FindPlace(aggregate_, app, "eu");
  };
  ASSERT_NE(send("junk"), nullptr);
  ASSERT_NE(send("game"), nullptr);
  EXPECT_EQ(send("next"), nullptr) << "it is other";
  epoch.forget.push_back({"junk", "", std::nullopt});
  feed_.Apply(&epoch);
  EXPECT_TRUE(FindPlace(aggregate_, "junk", "eu")->gone());
  EXPECT_EQ(aggregate_.stats().app_regions, 2U) << "game and other";
  Aggregate restored;
  ASSERT_TRUE(restored.Restore(aggregate_.TakeCheckpoint(false)).ok());
  EXPECT_TRUE(FindPlace(restored, "junk", "eu")->gone());
  EXPECT_FALSE(FindPlace(restored, "game", "eu")->gone());
  ASSERT_NE(send("next"), nullptr);
  // It comes again: there is no room for it now, and then there is.
  send("junk");
  EXPECT_TRUE(FindPlace(aggregate_, "junk", "eu")->gone());
  epoch.forget = {{"next", "eu", std::nullopt}};
  feed_.Apply(&epoch);
  const PlaceCounters* junk = send("junk");
  EXPECT_FALSE(junk->gone());
  EXPECT_EQ(junk->total(), 1U);
  EXPECT_FALSE(junk->shown()) << "it begins at zero";
}

TEST_F(AggregateRulesTest, APlaceOfTheSettingsIsNeverGone) {
  Fill("a", 1005, 10);
  internal::Policy policy = SomePolicy();
  internal::PlaceRecord* place = policy.add_configured();
  place->set_app("a");
  place->set_region("eu");
  feed_.SetPolicy(policy);
  Epoch epoch;
  epoch.forget.push_back({"a", "", std::nullopt});
  feed_.Apply(&epoch);
  EXPECT_FALSE(FindPlace(aggregate_, "a", "eu")->gone());
  EXPECT_EQ(FindPlace(aggregate_, "a", "eu")->total(), 0U);
}

TEST_F(AggregateRulesTest, ACheckpointAfterItHasTheZeros) {
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

TEST_F(AggregateRulesTest, WhileRoomIsScarceSessionsOfOneBatchAreForgottenSooner) {
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
