// Counters as processes on real brokers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/log/kafka/kafka_producer.h"
#include "daemon/model/epoch.h"
#include "tests/cluster/counter_fixture.h"
#include "tests/cluster/kafka_brokers.h"
#include "tests/cluster/raw_kafka.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST_F(CounterTest, AScrapeShowsWhateverWasAcknowledgedBeforeIt) {
  StartSite();
  ASSERT_TRUE(site_->StartCounter(1).ok());
  ASSERT_TRUE(AwaitReady(site_->counter(1)));
  for (int i = 1; i <= 20; ++i) {
    Report(3);
    EXPECT_EQ(EventsOf(site_->counter(static_cast<size_t>(i % 2)).Scrape(), "1005", "client"),
              3 * i);
  }
  const Samples samples = site_->counter(0).Scrape();
  EXPECT_EQ(ValueOf(samples, "gmewatch_replica_mismatch_total"), 0);
  EXPECT_EQ(ValueOf(samples, "gmewatch_batches_total{result=\"counted\"}"), 20);
  EXPECT_GT(ValueOf(samples, "gmewatch_log_position{partition=\"1\"}"), 0);
  EXPECT_LT(ValueOf(samples, "gmewatch_log_behind_seconds"), 5);
  EXPECT_GE(ValueOf(samples, "gmewatch_read_wait_seconds_count"), 11);
  EXPECT_EQ(ValueOf(samples, "gmewatch_streams"), -1) << "a counter takes no batches";
  // Pages are a second old at most.
  EXPECT_TRUE(
      AwaitTrue([&] { return absl::StrContains(Fetch(site_->counter(0), "/api/v1/top"), "1005"); },
                kPatience));
  EXPECT_EQ(site_->counter(0).Terminate(), 0);
}

TEST_F(CounterTest, ACodeThatIsInNoCatalogueGetsAColumnInAllCounters) {
  StartSite();
  ASSERT_TRUE(site_->StartCounter(1).ok());
  Report(2, 424242);
  const auto shows = [&](size_t counter) {
    return EventsOf(site_->counter(counter).Scrape(), "424242", "unknown") >= 0;
  };
  EXPECT_TRUE(AwaitTrue([&] { return shows(0) && shows(1); }, kPatience));
  Report(5, 424242);
  for (const size_t counter : {0U, 1U}) {
    const Samples samples = site_->counter(counter).Scrape();
    EXPECT_EQ(EventsOf(samples, "424242", "unknown"), 5);
    EXPECT_EQ(EventsOf(samples, "other", "unknown"), 2);
  }
}

TEST_F(CounterTest, GoesOnAfterAKillAsOneThatWasNot) {
  StartSite();
  ASSERT_TRUE(site_->StartCounter(1).ok());
  for (int i = 0; i < 3; ++i) {
    Report(2);
    // With a checkpoint, and without one.
    if (i > 0) {
      EXPECT_GE(site_->counter(0).AwaitValue("gmewatch_checkpoints_total{result=\"success\"}", 1),
                1);
    }
    site_->KillCounter(0);
    Report(2);
    ASSERT_TRUE(site_->StartCounter(0).ok());
    ASSERT_TRUE(AwaitReady(site_->counter(0)));
  }
  const auto whole = site_->StartNewCounter();
  ASSERT_TRUE(whole.ok()) << whole.status();
  ASSERT_TRUE(AwaitReady(**whole));
  for (const Samples& samples :
       {site_->counter(0).Scrape(), site_->counter(1).Scrape(), (*whole)->Scrape()}) {
    EXPECT_EQ(EventsOf(samples, "1005", "client"), 12);
    EXPECT_EQ(ValueOf(samples, "gmewatch_replica_mismatch_total"), 0);
  }
  EXPECT_GT(ValueOf(site_->counter(0).Scrape(), "gmewatch_starts_total"), 3);
}

TEST_F(CounterTest, WhileTheLogDoesNotAnswerAScrapeGetsNoNumbers) {
  StartSite("expose: {read_wait: 1s}\n");
  Report(2);
  EXPECT_EQ(EventsOf(site_->counter(0).Scrape(), "1005", "client"), 2);
  for (int broker = 1; broker <= KafkaBrokers::kBrokers; ++broker) KafkaBrokers::Stop(broker);
  EXPECT_THAT(Fetch(site_->counter(0), "/metrics"),
              AllOf(HasSubstr("503 partition "), HasSubstr("within 1s")));
  // Why it has none is to be had all the same.
  EXPECT_THAT(Fetch(site_->counter(0), "/metrics/self"),
              AllOf(HasSubstr("200 "), HasSubstr("\ngmewatch_failed_reads_total 1\n"),
                    HasSubstr("\ngmewatch_log_behind_seconds ")));
  // People and gmectl get what was counted.
  EXPECT_THAT(Fetch(site_->counter(0), "/api/v1/top"), HasSubstr("1005"));
  EXPECT_THAT(Fetch(site_->counter(0), "/healthz"), HasSubstr("200"));
  // A start waits for the brokers.
  site_->KillCounter(0);
  ASSERT_TRUE(site_->StartCounter(0).ok());
  EXPECT_THAT(Fetch(site_->counter(0), "/readyz"), HasSubstr("503 not ready: waits for the brok"));
  EXPECT_THAT(Fetch(site_->counter(0), "/metrics"), HasSubstr("503 the counter waits"));
  EXPECT_TRUE(site_->counter(0).process().AwaitError("the brokers do not answer"));
  for (int broker = 1; broker <= KafkaBrokers::kBrokers; ++broker) KafkaBrokers::Continue(broker);
  EXPECT_TRUE(AwaitReady(site_->counter(0)));
  EXPECT_EQ(EventsOf(site_->counter(0).Scrape(), "1005", "client"), 2);
}

TEST_F(CounterTest, FrontsTakeNoNewSessionWhenTheCountersKnowAsManyAsAreAllowed) {
  site_.emplace(2, 1, absl::Seconds(30), "limits: {max_sessions: 1000}\n");
  ASSERT_TRUE(site_->StartFront(0).ok());
  ASSERT_TRUE(site_->StartCounter(0).ok());
  ASSERT_TRUE(AwaitReady(site_->counter(0)));
  // By another front.
  Epoch epoch;
  epoch.shared.writer = {1, 1};
  Batch batch;
  batch.sequence = 1;
  batch.entries = {{1005, 1}};
  const HashedOrigin origin({"demo", "eu", "", "", ""});
  for (batch.session.a = 1; batch.session.a <= 960; ++batch.session.a) epoch.Add(batch, origin);
  std::string record;
  epoch.Serialize(&record);
  const auto producer = KafkaProducer::Start(site_->kafka());
  ASSERT_TRUE(producer.ok());
  ASSERT_TRUE((*producer)->Write(1, record).ok());
  WireClient client(site_->ingest_address(0));
  const v1::Session known = MakeSession("demo", "eu");
  EXPECT_TRUE(client.Report(MakeRequest(known, 1, {{1005, 1}})).ok());
  EXPECT_TRUE(AwaitTrue(
      [&] {
        site_->counter(0).Scrape();  // writes markers
        return client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).error_code() ==
               grpc::StatusCode::RESOURCE_EXHAUSTED;
      },
      kPatience));
  const Samples samples = site_->front(0).Scrape();
  EXPECT_GE(ValueOf(samples, "gmewatch_front_rejected_batches_total{reason=\"session_limit\"}"), 1);
  EXPECT_LT(ValueOf(samples, "gmewatch_front_sessions"), 200) << "the front itself has few";
  // One that has reported goes on.
  EXPECT_TRUE(client.Report(MakeRequest(known, 2, {{1005, 1}})).ok());
}

TEST_F(CounterTest, StopsAtARecordThatItCannotCount) {
  StartSite();
  Report(2);
  raw_kafka::Write(site_->kafka(), 1, "what is this", {{"v", "1"}});
  EXPECT_EQ(site_->counter(0).process().Wait(kPatience), 1);
  const std::string where = absl::StrCat("topic ", site_->kafka().topic, ", partition 1, offset ");
  EXPECT_THAT(site_->counter(0).process().error(),
              AllOf(HasSubstr(where), HasSubstr("the record is not an EpochRecord")));
  // It did not skip it at the stop.
  ExpectEnd(where, "the record is not an EpochRecord");
}

TEST_F(CounterTest, StopsWhereTheLogWasTruncatedBeyondItsPosition) {
  StartSite();
  EXPECT_EQ(site_->counter(0).Terminate(), 0);
  for (int i = 0; i < 8; ++i) Report(2);
  for (const int partition : {0, 1}) raw_kafka::DeleteRecords(site_->kafka(), partition, -1);
  ExpectEnd("the log begins after this position", "take the state of another counter");
}

TEST_F(CounterTest, StopsAtATopicThatWasMadeAgainUnderItsLayout) {
  StartSite();
  Report(2);
  EXPECT_GE(site_->counter(0).AwaitValue("gmewatch_checkpoints_total{result=\"success\"}", 1), 1);
  EXPECT_EQ(site_->counter(0).Terminate(), 0);
  site_->KillFront(0);
  const KafkaSettings& kafka = site_->kafka();
  raw_kafka::DeleteTopic(kafka, kafka.topic);
  ASSERT_TRUE(AwaitTrue([&] { return raw_kafka::PartitionsOf(kafka, kafka.topic) == 0; },
                        absl::Seconds(30)));
  raw_kafka::CreateTopic(kafka, kafka.topic, 2,
                         {{"min.insync.replicas", "2"},
                          {"unclean.leader.election.enable", "false"},
                          {"message.timestamp.type", "LogAppendTime"},
                          {"cleanup.policy", "delete"},
                          {"max.message.bytes", "2097152"}});
  ASSERT_TRUE(KafkaBrokers::AwaitAll(kafka.topic));
  // Other records, and more of them than were counted.
  const auto producer = KafkaProducer::Start(kafka);
  ASSERT_TRUE(producer.ok());
  for (const int partition : {0, 1}) {
    for (int i = 0; i < 100; ++i) ASSERT_TRUE((*producer)->Write(partition, "x").ok());
  }
  ExpectEnd("this is not the record that was counted there", "empty state directory");
}

}  // namespace
}  // namespace gmewatch
