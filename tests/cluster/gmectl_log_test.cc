// gmectl log on real brokers, as an operator runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cluster/kafka_brokers.h"
#include "tests/cluster/raw_kafka.h"
#include "tests/support/child_process.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class GmectlLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_BROKERS();
    ASSERT_TRUE(KafkaBrokers::AwaitAll());
    settings_ = KafkaBrokers::NewTopic();
    config_ = Config(settings_.brokers);
  }
  std::string Config(const std::string& brokers) {
    return dir_.Write("gmewatchd.yaml", absl::StrCat("log: {kafka: {brokers: [", brokers,
                                                     "], topic: ", settings_.topic, "}}\n"));
  }
  void UseTls(const std::string& authority, const std::string& password_file) {
    config_ = dir_.Write(
        "secure.yaml",
        absl::StrCat("log:\n  kafka:\n    brokers: [", KafkaBrokers::SecureAddresses(),
                     "]\n    topic: ", settings_.topic, "\n    tls: {ca_file: ", authority,
                     "}\n    sasl: {mechanism: PLAIN, username: gmewatch, password_file: ",
                     password_file, "}\n"));
  }
  Ended Run(const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {"log"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.push_back("--config=" + config_);
    return RunToEnd(GmectlPath(), all);
  }

  const TempDir dir_;
  KafkaSettings settings_;
  std::string config_;
};

TEST_F(GmectlLogTest, MakesTheTopicAndChecksIt) {
  Ended ended = Run({"check"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.error, HasSubstr("gmectl log create"));
  ended = Run({"create", "--partitions=3", "--retention=48h"});
  EXPECT_EQ(ended.status, 0) << ended.error;
  const std::string good =
      absl::StrCat("topic ", settings_.topic, " is good: 3 partitions, 3 replicas, layout ");
  EXPECT_THAT(ended.output, HasSubstr(good));
  const std::string made = ended.output;
  // Again, and a check: the same topic.
  EXPECT_EQ(Run({"create", "--partitions=3"}).output, made);
  EXPECT_EQ(Run({"check"}).output, made);
  ended = Run({"create", "--partitions=4"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.error, HasSubstr("which cannot be changed"));
}

TEST_F(GmectlLogTest, SaysWhatSomebodyAltered) {
  ASSERT_EQ(Run({"create", "--partitions=2"}).status, 0);
  raw_kafka::AddPartitions(settings_, settings_.topic, 3);
  Ended ended;
  ASSERT_TRUE(AwaitTrue([&] { return (ended = Run({"check"})).status == 1; }, absl::Seconds(30)));
  EXPECT_THAT(ended.error, AllOf(HasSubstr("gmectl log check: topic " + settings_.topic),
                                 HasSubstr("3 partitions; the layout says 2")));
}

TEST_F(GmectlLogTest, SaysThatNoBrokerAnswers) {
  config_ = Config("127.0.0.1:1");
  const Ended ended = Run({"check"});
  EXPECT_EQ(ended.status, 3);
  EXPECT_THAT(ended.error, HasSubstr("127.0.0.1:1"));
}

TEST_F(GmectlLogTest, ReachesBrokersByTlsWithAPassword) {
  UseTls(KafkaBrokers::AuthorityFile(), KafkaBrokers::PasswordFile());
  const Ended ended = Run({"create", "--partitions=2"});
  EXPECT_EQ(ended.status, 0) << ended.error;
  EXPECT_EQ(Run({"check"}).status, 0);
}

TEST_F(GmectlLogTest, AWrongPasswordAndAnUnknownAuthorityAreSaid) {
  const std::string wrong = dir_.Write("wrong", "not-the-password\n");
  chmod(wrong.c_str(), 0600);
  UseTls(KafkaBrokers::AuthorityFile(), wrong);
  Ended ended = Run({"check"});
  EXPECT_EQ(ended.status, 3);
  EXPECT_THAT(ended.error, HasSubstr("Authentication failed"));
  EXPECT_THAT(ended.error, Not(HasSubstr("not-the-password")));
  // The system's authorities have not signed the brokers' certificate.
  config_ = dir_.Write("system.yaml",
                       absl::StrCat("log: {kafka: {brokers: [", KafkaBrokers::SecureAddresses(),
                                    "], topic: ", settings_.topic, ", tls: {}}}\n"));
  ended = Run({"check"});
  EXPECT_EQ(ended.status, 3);
  EXPECT_THAT(ended.error, HasSubstr("certificate verify failed"));
}

}  // namespace
}  // namespace gmewatch
