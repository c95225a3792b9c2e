#include "daemon/aggregate/partition.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace gmewatch {
namespace {

constexpr int64_t kStart = 1'700'000'000'000;
constexpr int64_t kHour = 3'600'000;
constexpr int64_t kDay = 24 * kHour;

class PartitionTest : public ::testing::Test {
 protected:
  Partition partition_{PartitionRow()};

  // Records every ten seconds by a clock that is `ahead_ms` of the right one.
  void Write(int64_t for_ms, int64_t ahead_ms) {
    for (int64_t end = now_ms_ + for_ms; now_ms_ < end; now_ms_ += 10'000) {
      partition_.Begin(now_ms_ + ahead_ms);
    }
  }
  int64_t now_ms_ = kStart;
};

Epoch Sums(WriterId writer, uint64_t batches) {
  Epoch epoch;
  epoch.shared.writer = writer;
  epoch.Reject(RejectReason::kQuota, batches, batches * 2);
  return epoch;
}

uint64_t Added(Partition* partition, const Epoch& epoch) {
  partition->Begin(kStart);
  return partition->TakeWriter(epoch)[static_cast<size_t>(RejectReason::kQuota)].batches;
}

TEST_F(PartitionTest, TimeIsThatOfTheBrokersClock) {
  EXPECT_FALSE(partition_.has_time());
  Write(kHour, 0);
  EXPECT_EQ(partition_.steady_ms(), kStart + kHour - 10'000);
}

TEST_F(PartitionTest, ABrokerWhoseClockIsADayAheadMakesNoSessionExpire) {
  Write(kHour, 0);
  Write(kHour, kDay);
  EXPECT_LE(partition_.steady_ms(), now_ms_ + kHour / 2);
  Write(kHour, 0);
  EXPECT_GE(partition_.steady_ms(), now_ms_ - 10'000);
  EXPECT_LE(partition_.steady_ms(), now_ms_ + kHour / 2);
  Write(3 * kHour, 0);
  EXPECT_EQ(partition_.steady_ms(), now_ms_ - 10'000) << "it has found back";
}

TEST_F(PartitionTest, LeadersThatTakeTurnsWithClocksADayApartDriveNoTimeAway) {
  Write(kHour, 0);
  for (int i = 0; i < 6; ++i) {
    Write(10'000, kDay);
    Write(kHour / 2, 0);
  }
  EXPECT_LE(partition_.steady_ms(), now_ms_ + kHour / 2);
  EXPECT_GE(partition_.steady_ms(), now_ms_ - kHour / 2);
}

TEST_F(PartitionTest, TimeStandsStillWhileNobodyWritesAndThenCatchesUp) {
  Write(kHour, 0);
  now_ms_ += 2 * kHour;
  Write(20'000, 0);
  EXPECT_LE(partition_.steady_ms(), now_ms_ - 2 * kHour + kHour / 4);
  Write(9 * kHour, 0);
  EXPECT_EQ(partition_.steady_ms(), now_ms_ - 10'000);
}

TEST_F(PartitionTest, AClockThatGoesBackStopsTheTimeForNoLongerThanThatRecord) {
  Write(kHour, 0);
  const int64_t before = partition_.steady_ms();
  partition_.Begin(now_ms_ - kHour);
  EXPECT_EQ(partition_.steady_ms(), before);
  partition_.Begin(now_ms_ - kHour + 40'000);
  EXPECT_EQ(partition_.steady_ms(), before + 30'000);
}

TEST_F(PartitionTest, ASumThatIsWrittenTwiceOrLateAddsNothing) {
  EXPECT_EQ(Added(&partition_, Sums({1, 1}, 5)), 5U);
  EXPECT_EQ(Added(&partition_, Sums({1, 1}, 5)), 0U);
  EXPECT_EQ(Added(&partition_, Sums({1, 1}, 7)), 2U);
  EXPECT_EQ(Added(&partition_, Sums({1, 1}, 5)), 0U);
  EXPECT_EQ(Added(&partition_, Sums({1, 2}, 5)), 5U) << "another writer";
}

TEST_F(PartitionTest, ForgetsTheWriterThatIsAwayForLongest) {
  for (uint64_t i = 1; i <= Partition::kWritersMax; ++i) Added(&partition_, Sums({i, 0}, 1));
  Added(&partition_, Sums({1, 0}, 2));
  EXPECT_EQ(Added(&partition_, Sums({9, 9}, 1)), 1U);
  EXPECT_EQ(partition_.row().writers.size(), Partition::kWritersMax);
  EXPECT_EQ(Added(&partition_, Sums({1, 0}, 2)), 0U) << "it wrote again";
  EXPECT_EQ(Added(&partition_, Sums({2, 0}, 1)), 1U) << "it did not";
}

TEST_F(PartitionTest, ALateMarkerChangesNoSetting) {
  const auto take = [&](uint64_t sequence, int64_t horizon_ms) {
    Epoch epoch;
    epoch.shared.writer = {2, 2};
    epoch.shared.marker = Marker{.sequence = sequence, .sessions_known = {}, .check = {}};
    epoch.once_horizon_ms = horizon_ms;
    partition_.Begin(kStart);
    partition_.TakeWriter(epoch);
    return partition_.once_horizon_ms();
  };
  EXPECT_EQ(take(2, 600'000), 600'000);
  EXPECT_EQ(take(1, 0), 600'000);
  EXPECT_EQ(take(3, 0), 0);
}

TEST_F(PartitionTest, NoticesACounterThatCountedSomethingElse) {
  for (uint64_t i = 0; i <= Partition::kCheckEvery; ++i) {
    partition_.Begin(kStart);
    partition_.End({Verdict::kCounted, Verdict::kDuplicate, Verdict::kOtherApp}, 2, 0, {});
  }
  constexpr uint64_t kN = Partition::kCheckEvery;
  PartitionCheck check{.offset = kN,
                       .batches_counted = kN,
                       .batches_duplicate = kN,
                       .batches_rejected = kN,
                       .events = 2 * kN,
                       .sessions = 0};
  const auto agrees = [&] {
    return partition_.Agrees(Marker{.sequence = 1, .sessions_known = {}, .check = check});
  };
  EXPECT_TRUE(agrees());
  check.sessions = 1;
  EXPECT_FALSE(agrees());
  check.offset = 2 * kN;
  EXPECT_TRUE(agrees()) << "not known here yet";
  EXPECT_TRUE(partition_.Agrees(Marker())) << "it says nothing";
}

}  // namespace
}  // namespace gmewatch
