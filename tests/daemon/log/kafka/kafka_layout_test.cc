#include "daemon/log/kafka/kafka_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gmewatch/internal/log_layout.pb.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

TEST(KafkaLayoutTest, HashesAsTheReferenceOfSipHashDoes) {
  // Key 00..0f, input 00..0f; printed by:
  // openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:8 -in INPUT SIPHASH
  const std::array<uint64_t, 2> key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
  EXPECT_EQ(KeyedHash(key, {0x0706050403020100, 0x0f0e0d0c0b0a0908}), 0x3f2acc7f57c29bdbU);
}

TEST(KafkaLayoutTest, ComesBackAsItWasWritten) {
  const KafkaLayout layout = KafkaLayout::Make(32, 3);
  const absl::StatusOr<KafkaLayout> read = KafkaLayout::Parse(layout.Serialize());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->partitions(), 32);
  EXPECT_EQ(read->replicas(), 3);
  EXPECT_EQ(read->min_insync_replicas(), 2);
  EXPECT_EQ(read->id(), layout.id());
  for (uint64_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(read->PartitionOf({i, i * 7}), layout.PartitionOf({i, i * 7})) << i;
  }
}

TEST(KafkaLayoutTest, SessionsAreSpreadEvenlyEvenIfTheirIdsAreACount) {
  const KafkaLayout layout = KafkaLayout::Make(32, 3);
  std::vector<int> sessions(32);
  for (uint64_t i = 0; i < 32'000; ++i) {
    const int32_t partition = layout.PartitionOf({0, i});
    ASSERT_GE(partition, 0);
    ASSERT_LT(partition, 32);
    ++sessions[static_cast<size_t>(partition)];
  }
  // 1,000 expected in each; seven standard deviations.
  for (const int count : sessions) EXPECT_NEAR(count, 1000, 220);
}

TEST(KafkaLayoutTest, TwoLayoutsPlaceSessionsDifferently) {
  const KafkaLayout a = KafkaLayout::Make(32, 3);
  const KafkaLayout b = KafkaLayout::Make(32, 3);
  EXPECT_NE(a.id(), b.id());
  int same = 0;
  for (uint64_t i = 0; i < 3200; ++i) same += a.PartitionOf({0, i}) == b.PartitionOf({0, i});
  EXPECT_NEAR(same, 100, 70);
}

TEST(KafkaLayoutTest, ANewerFormatSaysWhatToDo) {
  internal::LayoutRecord record;
  ASSERT_TRUE(record.ParseFromString(KafkaLayout::Make(4, 3).Serialize()));
  record.set_format(2);
  const absl::Status status = KafkaLayout::Parse(record.SerializeAsString()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("run a newer gmewatch"));
}

TEST(KafkaLayoutTest, DamageIsNoLayout) {
  const std::string good = KafkaLayout::Make(4, 3).Serialize();
  EXPECT_EQ(KafkaLayout::Parse("").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(KafkaLayout::Parse("hello").status().code(), absl::StatusCode::kDataLoss);
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(KafkaLayout::Parse(good.substr(0, size)).status().code(), absl::StatusCode::kDataLoss)
        << size;
  }
  internal::LayoutRecord record;
  ASSERT_TRUE(record.ParseFromString(good));
  record.set_partitions(0);
  EXPECT_FALSE(KafkaLayout::Parse(record.SerializeAsString()).ok());
  record.set_partitions(KafkaLayout::kPartitionsMax + 1);
  EXPECT_FALSE(KafkaLayout::Parse(record.SerializeAsString()).ok());
}

}  // namespace
}  // namespace gmewatch
