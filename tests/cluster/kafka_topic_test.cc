#include "daemon/log/kafka/kafka_topic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/cluster/kafka_brokers.h"
#include "tests/cluster/raw_kafka.h"
#include "tests/support/child_process.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string TextOf(const absl::Status& status) { return std::string(status.message()); }

class KafkaTopicTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_BROKERS();
    ASSERT_TRUE(KafkaBrokers::AwaitAll());
    settings_ = KafkaBrokers::NewTopic();
  }
  void Create() {
    const absl::StatusOr<KafkaLayout> layout = CreateKafkaTopic(settings_, {.partitions = 4});
    ASSERT_TRUE(layout.ok()) << layout.status();
  }
  absl::Status Check() { return CheckKafkaTopic(settings_).status(); }
  // The configuration that gmectl log create gives the topic, with one setting replaced.
  void Alter(const std::string& name, const std::string& value) {
    std::map<std::string, std::string> config = {{"min.insync.replicas", "2"},
                                                 {"unclean.leader.election.enable", "false"},
                                                 {"message.timestamp.type", "LogAppendTime"},
                                                 {"cleanup.policy", "delete"},
                                                 {"max.message.bytes", "2097152"}};
    config[name] = value;
    raw_kafka::SetConfig(settings_, settings_.topic, config);
  }
  // Brokers learn of a new configuration a little later.
  void ExpectNoticed(const std::string& name, const std::string& value) {
    Alter(name, value);
    absl::Status status;
    ASSERT_TRUE(AwaitTrue([&] { return !(status = Check()).ok(); }, absl::Seconds(30))) << name;
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(TextOf(status), AllOf(HasSubstr(settings_.topic), HasSubstr(name), HasSubstr(value),
                                      HasSubstr("kafka-configs")));
  }

  KafkaSettings settings_;
};

TEST_F(KafkaTopicTest, WhatIsMadeIsFoundAgainWithItsLayout) {
  const absl::StatusOr<KafkaLayout> made = CreateKafkaTopic(settings_, {.partitions = 5});
  ASSERT_TRUE(made.ok()) << made.status();
  const absl::StatusOr<KafkaLayout> found = CheckKafkaTopic(settings_);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->partitions(), 5);
  EXPECT_EQ(found->replicas(), 3);
  EXPECT_EQ(found->id(), made->id());
  // A second call changes nothing.
  const absl::StatusOr<KafkaLayout> again = CreateKafkaTopic(settings_, {.partitions = 5});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->id(), made->id());
  EXPECT_THAT(TextOf(CreateKafkaTopic(settings_, {.partitions = 6}).status()),
              HasSubstr("5 partitions and 3 replicas, which cannot be changed"));
}

TEST_F(KafkaTopicTest, ACreationThatWasInterruptedIsFinished) {
  // The topic exists, its layout does not.
  raw_kafka::CreateTopic(settings_, settings_.topic, 4,
                         {{"min.insync.replicas", "2"},
                          {"unclean.leader.election.enable", "false"},
                          {"message.timestamp.type", "LogAppendTime"},
                          {"max.message.bytes", "2097152"}});
  EXPECT_THAT(TextOf(Check()), HasSubstr("gmectl log create"));
  Create();
  EXPECT_TRUE(Check().ok());
}

TEST_F(KafkaTopicTest, ATopicOfOthersIsNotTaken) {
  raw_kafka::CreateTopic(settings_, settings_.topic, 4, {});
  const absl::Status status = CreateKafkaTopic(settings_, {.partitions = 4}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(TextOf(status), HasSubstr("min.insync.replicas"));
}

TEST_F(KafkaTopicTest, ATopicThatIsMissingSaysHowToMakeIt) {
  const absl::Status status = Check();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
  EXPECT_THAT(TextOf(status), AllOf(HasSubstr(settings_.topic), HasSubstr("gmectl log create")));
}

TEST_F(KafkaTopicTest, ATopicWithMorePartitionsIsNoticed) {
  Create();
  raw_kafka::AddPartitions(settings_, settings_.topic, 6);
  absl::Status status;
  ASSERT_TRUE(AwaitTrue([&] { return !(status = Check()).ok(); }, absl::Seconds(30)));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(TextOf(status), AllOf(HasSubstr("6 partitions"), HasSubstr("the layout says 4"),
                                    HasSubstr("make a new topic")));
}

TEST_F(KafkaTopicTest, EachSettingThatCountsDependOnIsNoticed) {
  Create();
  ExpectNoticed("min.insync.replicas", "1");
  ExpectNoticed("unclean.leader.election.enable", "true");
  ExpectNoticed("message.timestamp.type", "CreateTime");
  ExpectNoticed("cleanup.policy", "compact");
  ExpectNoticed("max.message.bytes", "1000000");
  // What does no harm is the operators'.
  Alter("retention.ms", "86400000");
  absl::Status status;
  EXPECT_TRUE(AwaitTrue([&] { return (status = Check()).ok(); }, absl::Seconds(30))) << status;
}

TEST_F(KafkaTopicTest, ALayoutThatWouldBeDroppedIsNoticed) {
  Create();
  raw_kafka::SetConfig(settings_, settings_.layout_topic(), {{"retention.ms", "86400000"}});
  absl::Status status;
  ASSERT_TRUE(AwaitTrue([&] { return !(status = Check()).ok(); }, absl::Seconds(30)));
  EXPECT_THAT(TextOf(status),
              AllOf(HasSubstr(settings_.layout_topic()), HasSubstr("retention.ms")));
}

TEST_F(KafkaTopicTest, BrokersThatDoNotAnswerAreNamed) {
  settings_.brokers = "127.0.0.1:1";
  const absl::Status status = Check();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_THAT(TextOf(status), HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace gmewatch
