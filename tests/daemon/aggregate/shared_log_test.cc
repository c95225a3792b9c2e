// A log that several processes write, as one aggregate counts it.
#include "tests/daemon/aggregate/shared_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr WriterId kFront = {1, 1};
constexpr WriterId kCounter = {2, 2};

// For codes from `first` on.
std::vector<ColumnRequest> RequestsOf(int32_t first, size_t codes) {
  std::vector<ColumnRequest> requests(codes, {first, "shooter"});
  for (ColumnRequest& request : requests) request.code = first++;
  return requests;
}

// A log of two partitions.
class SharedLogTest : public ::testing::Test {
 protected:
  std::vector<Verdict> Apply(int32_t partition, Epoch epoch) {
    if (epoch.shared.writer.empty()) epoch.shared.writer = kFront;
    return ApplyTo(aggregate_.get(), partition, offsets_[partition]++, {now_ms_, std::move(epoch)});
  }
  Verdict Send(int32_t partition, uint64_t session, uint64_t sequence, int32_t code,
               const std::string& app = "shooter") {
    Epoch epoch;
    epoch.Add(SomeBatch(session, sequence, {{code, 1}}), From(app, "eu"));
    return Apply(partition, std::move(epoch)).front();
  }
  void Request(std::vector<ColumnRequest> requests) {
    Epoch epoch;
    epoch.shared.column_requests = std::move(requests);
    Apply(0, std::move(epoch));
  }
  void Grant(int32_t partition, std::vector<int32_t> codes) {
    Epoch epoch;
    epoch.shared.granted_codes = std::move(codes);
    Apply(partition, std::move(epoch));
  }
  uint64_t Events(int32_t code) { return EventsAt(*aggregate_, "shooter", "eu", code); }
  uint64_t Other() { return FindPlace(*aggregate_, "shooter", "eu")->cell(0).events.value(); }
  absl::Status Rejected(const RecordPosition& at, const Epoch& epoch) {
    std::vector<Verdict> verdicts;
    return aggregate_->ApplyRecord(at, epoch, &verdicts);
  }

  std::unique_ptr<Aggregate> aggregate_ = NewShared(2);
  int64_t now_ms_ = kStartMs;
  int64_t offsets_[2] = {0, 0};
};

TEST_F(SharedLogTest, CountsABatchOnceHoweverOftenItsRecordLands) {
  EXPECT_EQ(Send(0, 1, 1, 1005), Verdict::kCounted);
  EXPECT_EQ(Send(0, 1, 1, 1005), Verdict::kDuplicate);
  EXPECT_EQ(Send(0, 1, 2, 1005), Verdict::kCounted);
  EXPECT_EQ(Send(0, 1, 1, 1005), Verdict::kDuplicate) << "it lands late";
  EXPECT_EQ(Events(1005), 2U);
}

TEST_F(SharedLogTest, ASessionExpiresByTheTimeOfItsOwnPartition) {
  EXPECT_EQ(Send(0, 1, 1, 1005), Verdict::kCounted);
  // The other partition is two days ahead, by records every minute.
  for (; now_ms_ < kStartMs + int64_t{48} * 3'600'000; now_ms_ += 60'000) Apply(1, Epoch());
  now_ms_ = kStartMs + 10'000;
  EXPECT_EQ(Send(0, 1, 1, 1005), Verdict::kDuplicate);
}

TEST_F(SharedLogTest, AnUnknownCodeIsOtherUntilItsPartitionGrantsItAColumn) {
  Send(0, 1, 1, 77);
  Send(1, 2, 1, 77);
  EXPECT_EQ(Other(), 2U);
  EXPECT_THAT(aggregate_->TakeWantedColumns(), ElementsAre(ColumnRequest{77, "shooter"}));
  EXPECT_THAT(aggregate_->TakeWantedColumns(), IsEmpty()) << "only what came since";
  Request({{77, "shooter"}});
  EXPECT_THAT(aggregate_->ViewOf(0).missing_grants, IsEmpty());
  EXPECT_THAT(aggregate_->ViewOf(1).missing_grants, ElementsAre(77));
  Send(0, 1, 2, 77);
  Send(1, 2, 2, 77);
  EXPECT_EQ(Events(77), 1U);
  EXPECT_EQ(Other(), 3U) << "partition 1 does not grant it yet";
  EXPECT_THAT(aggregate_->TakeWantedColumns(), IsEmpty()) << "it is granted already";
  Grant(1, {77});
  Send(1, 2, 3, 77);
  EXPECT_EQ(Events(77), 2U);
  EXPECT_EQ(Other(), 3U);
  EXPECT_THAT(aggregate_->ViewOf(1).missing_grants, IsEmpty());
}

TEST_F(SharedLogTest, TheFirstSixtyFourRequestsGetAColumn) {
  const std::vector<ColumnRequest> requests = RequestsOf(5000, 70);
  Request(requests);
  EXPECT_EQ(aggregate_->ViewOf(1).missing_grants.size(), kUnknownCodesMax);
  Send(0, 1, 1, 5063);
  Send(0, 1, 2, 5064);
  EXPECT_EQ(Events(5063), 1U);
  EXPECT_EQ(Other(), 1U);
  EXPECT_THAT(aggregate_->TakeWantedColumns(), IsEmpty()) << "there is no room";
}

TEST_F(SharedLogTest, OneAppLeavesColumnsForTheOthers) {
  internal::Policy policy = SharedPolicy();
  policy.set_unknown_codes_of_app(kUnknownCodesOfApp);
  aggregate_->SetPolicy(policy);
  const std::vector<ColumnRequest> requests = RequestsOf(5000, 32);
  Request(requests);
  Send(0, 1, 1, 6000);
  EXPECT_THAT(aggregate_->TakeWantedColumns(), IsEmpty());
  Send(0, 2, 1, 6000, "racer");
  EXPECT_THAT(aggregate_->TakeWantedColumns(), ElementsAre(ColumnRequest{6000, "racer"}));
}

TEST_F(SharedLogTest, ACodeThatIsNewInTheCatalogueAsksForAColumnLikeAnyOther) {
  Send(0, 1, 1, 1005);
  internal::Policy policy = SharedPolicy();
  policy.add_catalog_codes(8000);
  aggregate_ = Recovered(aggregate_.get(), policy);
  EXPECT_THAT(aggregate_->TakeWantedColumns(), ElementsAre(ColumnRequest{8000, ""}));
  Send(0, 1, 2, 8000);
  EXPECT_EQ(Other(), 1U) << "another counter may not know it yet";
  Request({{8000, ""}});
  Send(0, 1, 3, 8000);
  EXPECT_EQ(Events(8000), 1U);
}

TEST_F(SharedLogTest, ACodeOfAnOverlayAsksForAColumnWhenItCountsAndTakesNoShare) {
  internal::Policy policy = SharedPolicy();
  policy.add_overlay_codes(8100);
  aggregate_->SetPolicy(policy);
  EXPECT_THAT(aggregate_->TakeWantedColumns(), IsEmpty());
  Send(0, 1, 1, 8100);
  EXPECT_THAT(aggregate_->TakeWantedColumns(), ElementsAre(ColumnRequest{8100, ""}));
  Request({{8100, ""}});
  Request(RequestsOf(5000, 70));
  EXPECT_EQ(aggregate_->ViewOf(1).missing_grants.size(), kUnknownCodesMax + 1);
  Send(0, 1, 2, 8100);
  EXPECT_EQ(Events(8100), 1U);
}

TEST_F(SharedLogTest, APlaceIsShownEvenIfItsBatchIsInAPartitionThatLags) {
  Epoch epoch;
  epoch.shown_places = {{"shooter", "eu"}};
  Apply(0, std::move(epoch));
  Send(1, 1, 1, 1005);
  EXPECT_TRUE(FindPlace(*aggregate_, "shooter", "eu")->shown());
}

TEST_F(SharedLogTest, CountsMarkersThatDisagree) {
  for (uint64_t i = 0; i <= Partition::kCheckEvery; ++i) Send(1, 1, i + 1, 1005);
  const std::optional<PartitionCheck> check = aggregate_->ViewOf(1).check;
  ASSERT_TRUE(check.has_value());
  EXPECT_EQ(check->events, Partition::kCheckEvery);
  const auto compare = [&](uint64_t events) {
    Epoch epoch;
    epoch.shared.writer = kCounter;
    epoch.shared.marker = Marker{.sequence = 1, .sessions_known = {}, .check = check};
    epoch.shared.marker->check->events = events;
    Apply(1, std::move(epoch));
    return aggregate_->replica_mismatches();
  };
  EXPECT_EQ(compare(check->events), 0U);
  EXPECT_EQ(compare(check->events + 1), 1U);
}

TEST_F(SharedLogTest, StopsAtWhatIsNoNextRecordOfASharedLog) {
  Epoch epoch;
  epoch.shared.writer = kFront;
  const auto says = [&](const RecordPosition& at, const Epoch& e, const std::string& words) {
    const absl::Status status = Rejected(at, e);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << words;
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
  };
  says({1, 1, kStartMs}, epoch,
       "partition 1, offset 1: a record is missing; the next one has offset 0");
  says({2, 0, kStartMs}, epoch, "partition 2, offset 0: there is no such partition");
  says({0, 0, INT64_MAX}, epoch, "the broker's time is out of range");
  says({0, 0, kStartMs}, Epoch(), "of a log that one daemon writes alone");
  Epoch forgets = epoch;
  forgets.forget = {{"a", "", std::nullopt}};
  says({0, 0, kStartMs}, forgets, "of a log that one daemon writes alone");
  EXPECT_EQ(aggregate_->ViewOf(0).next_offset, 0) << "nothing was counted";
}

TEST_F(SharedLogTest, TheStateOfAnotherTopicIsNotGoneOnWith) {
  Send(0, 1, 1, 1005);
  const Checkpoint state = aggregate_->TakeCheckpoint(false);
  Aggregate other;
  ASSERT_TRUE(other.Restore(state).ok());
  const absl::Status status = other.ShareLog("elsewhere", 2, SharedPolicy());
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("is of topic gmewatch.epochs with 2"));
  EXPECT_EQ(other.ShareLog(kTopic, 3, SharedPolicy()).code(),
            absl::StatusCode::kFailedPrecondition);
}

// A daemon's own state becomes that of counters: a client's retry may come to a front.
TEST_F(SharedLogTest, GoesOnFromTheStateOfOneDaemon) {
  Aggregate alone;
  Feed feed(&alone);
  feed.SetPolicy(SomePolicy());
  EXPECT_EQ(feed.Send(SomeBatch(1, 1, {{1005, 1}, {77, 1}}), From("shooter", "eu")),
            Verdict::kCounted);
  aggregate_ = std::make_unique<Aggregate>();
  ASSERT_TRUE(aggregate_->Restore(alone.TakeCheckpoint(false)).ok());
  ASSERT_TRUE(aggregate_->ShareLog(kTopic, 2, SharedPolicy()).ok());
  now_ms_ += int64_t{48} * 3'600'000;
  EXPECT_EQ(Send(1, 1, 1, 1005), Verdict::kDuplicate);
  EXPECT_EQ(Send(1, 1, 2, 77), Verdict::kCounted);
  EXPECT_EQ(Events(77), 2U) << "a code keeps its column";
}

}  // namespace
}  // namespace gmewatch
