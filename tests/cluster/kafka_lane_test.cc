#include "daemon/log/kafka/kafka_lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/log/kafka/kafka_reader.h"
#include "daemon/log/kafka/kafka_topic.h"
#include "gmewatch/internal/log_record.pb.h"
#include "tests/cluster/brokers_fixture.h"
#include "tests/cluster/kafka_brokers.h"
#include "tests/cluster/raw_kafka.h"
#include "tests/support/child_process.h"

namespace gmewatch {
namespace {

constexpr char kWriter[] = "0123456789abcdef";

uint64_t SequenceOf(const std::string& record) {
  const absl::StatusOr<Epoch> epoch = Epoch::Parse(record);
  EXPECT_TRUE(epoch.ok()) << epoch.status();
  size_t offset = 0;
  BatchView batch;
  return epoch->Next(&offset, &batch) ? batch.header.sequence : 0;
}

class KafkaLaneTest : public BrokersTest {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_BROKERS();
    const absl::StatusOr<KafkaLayout> layout = KafkaBrokers::MakeTopic(2, &settings_);
    ASSERT_TRUE(layout.ok()) << layout.status();
  }
  void Start(absl::Duration write_timeout) {
    settings_.write_timeout = write_timeout;
    absl::StatusOr<std::unique_ptr<KafkaProducer>> producer = KafkaProducer::Start(settings_);
    ASSERT_TRUE(producer.ok()) << producer.status();
    producer_ = *std::move(producer);
    lane_ = std::make_unique<KafkaLane>(*producer_, clock_, 0, kWriter);
  }
  // An epoch with one batch, and so many rejections for one reason.
  static Epoch SomeEpoch(uint64_t sequence, uint64_t rejected) {
    Epoch epoch;
    Batch batch;
    batch.session = {1, 2};
    batch.sequence = sequence;
    batch.entries = {{1005, 7}};
    epoch.time_ms = 5;
    epoch.Add(batch, HashedOrigin(Origin{"demo", "eu", "", "", ""}));
    if (rejected > 0) epoch.Reject(RejectReason::kQuota, rejected, 10 * rejected);
    return epoch;
  }
  // The records of partition 0 up to the one with this sequence number.
  std::vector<std::string> RecordsUpTo(uint64_t sequence) {
    std::vector<std::string> out;
    const absl::StatusOr<std::unique_ptr<KafkaReader>> reader =
        KafkaReader::Start(settings_, {0, 0});
    EXPECT_TRUE(reader.ok()) << reader.status();
    AwaitTrue(
        [&] {
          EXPECT_TRUE((*reader)
                          ->Poll(absl::Milliseconds(100),
                                 [&out](const KafkaRecord& record) {
                                   out.emplace_back(record.bytes);
                                   return absl::OkStatus();
                                 })
                          .ok());
          return !out.empty() && SequenceOf(out.back()) == sequence;
        },
        absl::Seconds(30));
    return out;
  }

  KafkaSettings settings_;
  RealClock clock_;
  std::unique_ptr<KafkaProducer> producer_;
  std::unique_ptr<KafkaLane> lane_;
};

uint64_t RejectedBatches(const std::string& record) {
  const absl::StatusOr<Epoch> epoch = Epoch::Parse(record);
  EXPECT_TRUE(epoch.ok()) << epoch.status();
  return epoch->rejected[static_cast<size_t>(RejectReason::kQuota)].batches;
}

TEST_F(KafkaLaneTest, AnEpochIsARecordWithItsWriterAndSumsOfWhatWasRejected) {
  Start(absl::Seconds(30));
  ASSERT_TRUE(lane_->Append(1, SomeEpoch(1, 3)).ok());
  ASSERT_TRUE(lane_->Append(2, SomeEpoch(2, 0)).ok());
  ASSERT_TRUE(lane_->Append(3, SomeEpoch(3, 4)).ok());
  const std::vector<std::string> records = RecordsUpTo(3);
  ASSERT_EQ(records.size(), 3U);
  for (const std::string& record : records) {
    internal::EpochRecord message;
    ASSERT_TRUE(message.ParseFromString(record));
    EXPECT_EQ(message.writer(), kWriter);
    EXPECT_EQ(message.time_ms(), 5);
  }
  EXPECT_EQ(RejectedBatches(records[0]), 3U);
  EXPECT_EQ(RejectedBatches(records[1]), 3U);
  EXPECT_EQ(RejectedBatches(records[2]), 7U);
  EXPECT_EQ(SequenceOf(records[2]), 3U);
}

TEST_F(KafkaLaneTest, AFailureIsNoSuccessAndLeavesTheSumsAsTheyWere) {
  Start(absl::Seconds(2));
  ASSERT_TRUE(lane_->Append(1, SomeEpoch(1, 3)).ok());
  // Two of three hang: the record is in one log at most, and acknowledged in none.
  const int leader = raw_kafka::LeaderOf(settings_, 0);
  for (int broker = 1; broker <= KafkaBrokers::kBrokers; ++broker) {
    if (broker != leader) KafkaBrokers::Stop(broker);
  }
  const absl::Duration before = clock_.Monotonic();
  const absl::Status failed = lane_->Append(2, SomeEpoch(2, 5));
  EXPECT_EQ(failed.code(), absl::StatusCode::kResourceExhausted) << failed;
  EXPECT_LT(clock_.Monotonic() - before, absl::Seconds(10));
  EXPECT_TRUE(lane_->state().waiting_since.has_value());
  for (int broker = 1; broker <= KafkaBrokers::kBrokers; ++broker) KafkaBrokers::Continue(broker);
  // As the committer does: the next epoch has what the failed one had.
  ASSERT_TRUE(AwaitTrue([&] { return lane_->Append(2, SomeEpoch(2, 5)).ok(); }, absl::Minutes(1)));
  EXPECT_FALSE(lane_->state().waiting_since.has_value());
  EXPECT_TRUE(lane_->state().last_confirmed.has_value());
  ASSERT_TRUE(lane_->Append(3, SomeEpoch(3, 1)).ok());
  // The failed record may be there once or more; the largest sum is right in any case.
  const std::vector<std::string> records = RecordsUpTo(3);
  uint64_t largest = 0;
  for (const std::string& record : records) largest = std::max(largest, RejectedBatches(record));
  EXPECT_EQ(RejectedBatches(records.front()), 3U);
  ASSERT_GE(records.size(), 3U);
  EXPECT_EQ(largest, 9U);
}

TEST_F(KafkaLaneTest, AHungLeaderStopsItForSecondsAndNotForAMinute) {
  Start(absl::Seconds(30));
  ASSERT_TRUE(lane_->Append(1, SomeEpoch(1, 0)).ok());
  const int leader = raw_kafka::LeaderOf(settings_, 0);
  ASSERT_GT(leader, 0);
  KafkaBrokers::Stop(leader);
  const absl::Duration before = clock_.Monotonic();
  EXPECT_TRUE(lane_->Append(2, SomeEpoch(2, 0)).ok());
  EXPECT_LT(clock_.Monotonic() - before, absl::Seconds(25));
  KafkaBrokers::Continue(leader);
  EXPECT_TRUE(KafkaBrokers::AwaitAll(settings_.topic));
}

TEST_F(KafkaLaneTest, AnEpochThatIsTooLargeForARecordIsAFault) {
  Start(absl::Seconds(30));
  Epoch epoch;
  Batch batch;
  batch.session = {1, 2};
  batch.entries.assign(100, {1005, 7});
  const HashedOrigin origin(Origin{"demo", "eu", "", "", ""});
  while (epoch.size_bytes() < (size_t{1} << 20)) {
    ++batch.sequence;
    epoch.Add(batch, origin);
  }
  EXPECT_EQ(lane_->Append(1, epoch).code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace gmewatch
