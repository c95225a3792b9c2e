// A front as a process on real brokers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cluster/brokers_fixture.h"
#include "tests/cluster/front_site.h"
#include "tests/cluster/kafka_brokers.h"
#include "tests/cluster/log_tally.h"
#include "tests/cluster/raw_kafka.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FrontTest : public BrokersTest {
 protected:
  static std::string Ready(const GmewatchdProcess& front) {
    const auto answer = HttpFetch(front.admin_address(), "/readyz");
    return answer.ok() ? absl::StrCat(answer->status, " ", answer->body) : "no answer";
  }
};

TEST_F(FrontTest, WhatItAcknowledgesIsInTheLogOnceInItsSessionsPartition) {
  FrontSite site(4, 1, absl::Seconds(30), "");
  ASSERT_TRUE(site.StartFront(0).ok());
  WireClient client(site.ingest_address(0));
  std::set<int32_t> partitions;
  for (int i = 0; i < 40; ++i) {
    const v1::Session session = MakeSession("demo", "eu");
    const v1::ReportRequest request = MakeRequest(session, 1, {{1005, 2}});
    uint64_t acknowledged = 0;
    ASSERT_TRUE(client.Report(request, &acknowledged).ok());
    EXPECT_EQ(acknowledged, 1U);
    // A retry is acknowledged too.
    ASSERT_TRUE(client.Report(request, &acknowledged).ok());
    EXPECT_EQ(acknowledged, 1U);
  }
  // A stream, whose batches are all of one session.
  WireStream stream(&client);
  ASSERT_TRUE(stream.Write(MakeRequest(MakeSession("demo", "us"), 1, {{10001, 1}})));
  for (uint64_t i = 2; i <= 500; ++i) ASSERT_TRUE(stream.Write(MakeRequest(i, {{10001, 1}})));
  EXPECT_TRUE(stream.AwaitAcknowledged(500));
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_EQ(Ready(site.front(0)).substr(0, 3), "200");

  const Samples samples = site.front(0).Scrape();
  EXPECT_EQ(ValueOf(samples, "gmewatch_lanes"), 4);
  EXPECT_EQ(ValueOf(samples, "gmewatch_lanes_stalled"), 0);
  EXPECT_GT(ValueOf(samples, "gmewatch_log_write_seconds_count"), 4);
  EXPECT_EQ(ValueOf(samples, "gmewatch_front_batches_total{result=\"written\"}"), 580);
  EXPECT_EQ(ValueOf(samples, "gmewatch_front_sessions"), 41);
  EXPECT_EQ(SumOf(samples, "gme_error_events_total"), 0);

  LogTally tally(site.kafka(), site.layout());
  ASSERT_TRUE(tally.ReadAll().ok());
  EXPECT_EQ(tally.events().at({"demo", "eu", 1005}), 80U);
  EXPECT_EQ(tally.events().at({"demo", "us", 10001}), 500U);
  EXPECT_EQ(tally.duplicates(), 40U);
  EXPECT_THAT(tally.wrong(), IsEmpty());
  EXPECT_EQ(site.front(0).Terminate(), 0);
}

TEST_F(FrontTest, WhatItRejectsIsInTheLogByReason) {
  FrontSite site(2, 1, absl::Seconds(30), "");
  ASSERT_TRUE(site.StartFront(0).ok());
  WireClient client(site.ingest_address(0));
  for (int i = 0; i < 40; ++i) {
    const v1::Session session = MakeSession("demo", "eu");
    EXPECT_EQ(client.Report(MakeRequest(session, 1, {{1005, 0}})).error_code(),
              grpc::StatusCode::INVALID_ARGUMENT);
  }
  EXPECT_EQ(client.Report(MakeRequest(MakeSession("nobody", "eu"), 1, {{1005, 1}})).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(site.front(0).Terminate(), 0);
  LogTally tally(site.kafka(), site.layout());
  ASSERT_TRUE(tally.ReadAll().ok());
  EXPECT_EQ(tally.rejected_batches(RejectReason::kInvalid), 40U);
  // Each in its session's partition.
  EXPECT_THAT(tally.rejected_in(RejectReason::kInvalid), ElementsAre(0, 1));
  EXPECT_EQ(tally.rejected_batches(RejectReason::kPermissionDenied), 1U);
  EXPECT_EQ(tally.sum(), 0U);
}

TEST_F(FrontTest, WithoutBrokersItAsksClientsToComeAgainAndIsNotReadyUntilTheyAreBack) {
  FrontSite site(2, 1, absl::Seconds(2), "");
  ASSERT_TRUE(site.StartFront(0).ok());
  WireClient client(site.ingest_address(0));
  const v1::Session session = MakeSession("demo", "eu");
  ASSERT_TRUE(client.Report(MakeRequest(session, 1, {{1005, 1}})).ok());
  for (int broker = 1; broker <= KafkaBrokers::kBrokers; ++broker) KafkaBrokers::Stop(broker);
  const v1::ReportRequest second = MakeRequest(session, 2, {{1005, 1}});
  const grpc::Status status = client.Report(second);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
  EXPECT_GT(RetryDelayOf(status), absl::ZeroDuration());
  EXPECT_TRUE(AwaitTrue([&] { return Ready(site.front(0)).substr(0, 3) == "503"; },
                        absl::Seconds(40), absl::Milliseconds(200)));
  EXPECT_THAT(Ready(site.front(0)), HasSubstr("no partition of the log can be written"));
  const auto alive = HttpFetch(site.front(0).admin_address(), "/healthz");
  ASSERT_TRUE(alive.ok());
  EXPECT_EQ(alive->status, 200);
  EXPECT_GE(ValueOf(site.front(0).Scrape(), "gmewatch_lanes_stalled"), 1);
  for (int broker = 1; broker <= KafkaBrokers::kBrokers; ++broker) KafkaBrokers::Continue(broker);
  EXPECT_TRUE(AwaitTrue([&] { return client.Report(second).ok(); }, absl::Minutes(1),
                        absl::Milliseconds(200)));
  EXPECT_TRUE(AwaitTrue([&] { return Ready(site.front(0)).substr(0, 3) == "200"; },
                        absl::Seconds(40), absl::Milliseconds(200)));
  LogTally tally(site.kafka(), site.layout());
  ASSERT_TRUE(tally.ReadAll().ok());
  EXPECT_EQ(tally.sum(), 2U);
}

TEST_F(FrontTest, StopsAtATopicThatSomebodyAltered) {
  FrontSite site(2, 1, absl::Seconds(30), "");
  raw_kafka::AddPartitions(site.kafka(), site.kafka().topic, 3);
  ASSERT_TRUE(
      AwaitTrue([&] { return raw_kafka::PartitionsOf(site.kafka(), site.kafka().topic) == 3; },
                absl::Seconds(30)));
  const Ended ended = RunToEnd(GmewatchdPath(), site.Arguments(0));
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.error,
              AllOf(HasSubstr("3 partitions; the layout says 2"), HasSubstr("make a new topic")));
}

TEST_F(FrontTest, StopsAtATopicThatIsMissingAndSaysHowToMakeIt) {
  FrontSite site(2, 1, absl::Seconds(30), "");
  raw_kafka::DeleteTopic(site.kafka(), site.kafka().layout_topic());
  ASSERT_TRUE(AwaitTrue(
      [&] { return raw_kafka::PartitionsOf(site.kafka(), site.kafka().layout_topic()) == 0; },
      absl::Seconds(30)));
  const Ended ended = RunToEnd(GmewatchdPath(), site.Arguments(0));
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.error, HasSubstr("gmectl log create"));
}

}  // namespace
}  // namespace gmewatch
