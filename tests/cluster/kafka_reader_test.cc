#include "daemon/log/kafka/kafka_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/clock.h"
#include "daemon/log/kafka/kafka_producer.h"
#include "daemon/log/kafka/kafka_topic.h"
#include "tests/cluster/kafka_brokers.h"
#include "tests/cluster/raw_kafka.h"
#include "tests/support/child_process.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class KafkaReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_BROKERS();
    const absl::StatusOr<KafkaLayout> layout = KafkaBrokers::MakeTopic(2, &settings_);
    ASSERT_TRUE(layout.ok()) << layout.status();
    absl::StatusOr<std::unique_ptr<KafkaProducer>> producer = KafkaProducer::Start(settings_);
    ASSERT_TRUE(producer.ok()) << producer.status();
    producer_ = *std::move(producer);
  }

  void Write(int32_t partition, const std::string& record) {
    const absl::StatusOr<int64_t> offset = producer_->Write(partition, record);
    ASSERT_TRUE(offset.ok()) << offset.status();
  }

  // Reads from these positions until `count` records or an error have come; the records are
  // "PARTITION/OFFSET VALUE".
  absl::Status Read(std::vector<int64_t> from, size_t count, std::vector<std::string>* records) {
    absl::StatusOr<std::unique_ptr<KafkaReader>> reader =
        KafkaReader::Start(settings_, std::move(from));
    if (!reader.ok()) return reader.status();
    const Deadline deadline(absl::Seconds(40), absl::ZeroDuration());
    absl::Status status;
    while (status.ok() && records->size() < count && deadline.PauseUnlessPassed()) {
      status = (*reader)->Poll(absl::Milliseconds(100), [records](const KafkaRecord& record) {
        records->push_back(absl::StrCat(record.partition, "/", record.offset, " ", record.bytes));
        return absl::OkStatus();
      });
    }
    return status;
  }

  // Expects that reading from the begin of partition 0 stops with this, after `before` records.
  void ExpectStop(size_t before, absl::StatusCode code, const std::string& where,
                  const std::string& what_to_do, int64_t from = 0) {
    std::vector<std::string> records;
    const absl::Status status = Read({from, 0}, SIZE_MAX, &records);
    EXPECT_EQ(records.size(), before);
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(absl::StrCat("topic ", settings_.topic, ", partition 0, ", where)),
                      HasSubstr(what_to_do)));
  }

  KafkaSettings settings_;
  std::unique_ptr<KafkaProducer> producer_;
};

TEST_F(KafkaReaderTest, DeliversEachPartitionInOrderFromItsPosition) {
  for (const char* record : {"a", "b", "c"}) Write(0, record);
  Write(1, "x");
  Write(1, "y");
  std::vector<std::string> records;
  ASSERT_TRUE(Read({1, 0}, 4, &records).ok());
  std::sort(records.begin(), records.end());
  EXPECT_THAT(records, ElementsAre("0/1 b", "0/2 c", "1/0 x", "1/1 y"));
}

TEST_F(KafkaReaderTest, RecordsHaveTheBrokersTimeAndComeWhileItFollows) {
  absl::StatusOr<std::unique_ptr<KafkaReader>> reader = KafkaReader::Start(settings_, {0, 0});
  ASSERT_TRUE(reader.ok()) << reader.status();
  RealClock clock;
  for (int i = 0; i < 3; ++i) {
    const int64_t before = absl::ToUnixMillis(clock.Now());
    Write(1, absl::StrCat(i));
    bool came = false;
    ASSERT_TRUE(AwaitTrue(
        [&] {
          EXPECT_TRUE((*reader)
                          ->Poll(absl::Milliseconds(50),
                                 [&](const KafkaRecord& record) {
                                   came = true;
                                   EXPECT_EQ(record.bytes, absl::StrCat(i));
                                   EXPECT_EQ(record.offset, i);
                                   EXPECT_GE(record.time_ms, before);
                                   EXPECT_LE(record.time_ms, absl::ToUnixMillis(clock.Now()));
                                   return absl::OkStatus();
                                 })
                          .ok());
          return came;
        },
        absl::Seconds(20)));
  }
  EXPECT_THAT((*reader)->next_offsets(), ElementsAre(0, 3));
}

TEST_F(KafkaReaderTest, ARecordThatIsNotAppliedIsNamed) {
  Write(0, "good");
  Write(0, "bad");
  absl::StatusOr<std::unique_ptr<KafkaReader>> reader = KafkaReader::Start(settings_, {0, 0});
  ASSERT_TRUE(reader.ok());
  absl::Status status;
  ASSERT_TRUE(AwaitTrue(
      [&] {
        status = (*reader)->Poll(absl::Milliseconds(50), [](const KafkaRecord& record) {
          return record.bytes == "bad" ? absl::DataLossError("not an EpochRecord")
                                       : absl::OkStatus();
        });
        return !status.ok();
      },
      absl::Seconds(20)));
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("partition 0, offset 1: not an EpochRecord"));
  EXPECT_THAT((*reader)->next_offsets(), ElementsAre(1, 0));
}

TEST_F(KafkaReaderTest, ARecordOfAnotherProgramStopsIt) {
  Write(0, "ours");
  // Empty, which would be a record without anything.
  raw_kafka::Write(settings_, 0, "", {});
  Write(0, "ours");
  ExpectStop(1, absl::StatusCode::kDataLoss, "offset 1", "find out what else writes");
}

TEST_F(KafkaReaderTest, ARecordWithAHeaderThatIsNoVersionStopsIt) {
  raw_kafka::Write(settings_, 0, "x", {{"v", "one"}});
  ExpectStop(0, absl::StatusCode::kDataLoss, "offset 0", "find out what else writes");
}

TEST_F(KafkaReaderTest, ARecordOfANewerVersionStopsIt) {
  Write(0, "ours");
  raw_kafka::Write(settings_, 0, "newer", {{"v", "2"}});
  ExpectStop(1, absl::StatusCode::kFailedPrecondition, "offset 1", "counters before fronts");
}

TEST_F(KafkaReaderTest, ATransactionOfAnotherProgramStopsIt) {
  Write(0, "ours");
  raw_kafka::WriteInTransaction(settings_, 0, "theirs");
  Write(0, "ours");
  // Offset 2 is the transaction's marker, which no reader is given.
  ExpectStop(2, absl::StatusCode::kDataLoss, "offset 2", "take the state of another counter");
}

TEST_F(KafkaReaderTest, ALogThatBeginsAfterThePositionStopsIt) {
  for (const char* record : {"a", "b", "c"}) Write(0, record);
  raw_kafka::DeleteRecords(settings_, 0, 2);
  ExpectStop(0, absl::StatusCode::kDataLoss, "offset 1", "take the state of another counter", 1);
  std::vector<std::string> records;
  ASSERT_TRUE(Read({2, 0}, 1, &records).ok());
  EXPECT_THAT(records, ElementsAre("0/2 c"));
}

TEST_F(KafkaReaderTest, ALogThatEndsBeforeThePositionStopsIt) {
  Write(0, "a");
  ExpectStop(0, absl::StatusCode::kDataLoss, "offset 7", "take the state of another counter", 7);
}

TEST_F(KafkaReaderTest, ADamagedRecordStopsIt) {
  const std::string record(3000, 'a');
  Write(0, record);
  Write(0, record);
  // Flips a byte of the second one in the files of all three; a broker sends them unread.
  int damaged = 0;
  for (int broker = 1; broker <= KafkaBrokers::kBrokers; ++broker) {
    const std::string path = absl::StrCat(KafkaBrokers::Home(broker), "/data/", settings_.topic,
                                          "-0/00000000000000000000.log");
    ASSERT_TRUE(AwaitTrue([&] { return !ReadFile(path).empty(); }, absl::Seconds(20))) << path;
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(0, std::ios::end);
    const std::streamoff end = file.tellg();
    file.seekp(end - 8);
    file.put('!');
    damaged += file.good();
  }
  ASSERT_EQ(damaged, KafkaBrokers::kBrokers);
  ExpectStop(1, absl::StatusCode::kDataLoss, "offset 1", "damaged");
}

TEST_F(KafkaReaderTest, GoesOnWhenTheLeaderDies) {
  Write(0, "before");
  absl::StatusOr<std::unique_ptr<KafkaReader>> reader = KafkaReader::Start(settings_, {0, 0});
  ASSERT_TRUE(reader.ok());
  std::vector<std::string> records;
  const auto poll = [&] {
    const absl::Status status =
        (*reader)->Poll(absl::Milliseconds(100), [&](const KafkaRecord& record) {
          records.emplace_back(record.bytes);
          return absl::OkStatus();
        });
    EXPECT_TRUE(status.ok()) << status;
    return records.size();
  };
  ASSERT_TRUE(AwaitTrue([&] { return poll() == 1; }, absl::Seconds(20)));
  const int leader = raw_kafka::LeaderOf(settings_, 0);
  ASSERT_GT(leader, 0);
  KafkaBrokers::Kill(leader);
  Write(0, "while it is dead");
  EXPECT_TRUE(AwaitTrue([&] { return poll() >= 2; }, absl::Seconds(40)));
  KafkaBrokers::Start({leader});
  Write(0, "after");
  EXPECT_TRUE(AwaitTrue([&] { return poll() >= 3; }, absl::Seconds(40)));
  EXPECT_TRUE(KafkaBrokers::AwaitAll(settings_.topic));
}

}  // namespace
}  // namespace gmewatch
