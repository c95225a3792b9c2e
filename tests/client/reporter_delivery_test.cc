// A Reporter and a server that misbehaves: every event is counted once or reported as lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "client/src/monitor.h"
#include "gmewatch/reporter.h"
#include "tests/client/reporter_fixture.h"
#include "tests/support/scripted_server.h"

namespace gmewatch {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

std::string BytesWithoutAge(v1::ReportRequest request) {
  request.clear_age();
  return request.SerializeAsString();
}

TEST(ReporterDeliveryTest, SendsCountsAndSession) {
  ScriptedServer server;
  ReporterOptions options = QuickOptions(server.address());
  options.app_version = "1.2.3";
  options.sdk_version = "2.9.6";
  options.platform = "linux";
  Reporter reporter(options);
  EXPECT_EQ(reporter.error(), "");
  reporter.Report(1005);
  reporter.Report(10003, 20);
  reporter.Success();
  ASSERT_TRUE(reporter.Stop(kSoon));
  EXPECT_THAT(server.counts(), ElementsAre(Pair(0, 1), Pair(1005, 1), Pair(10003, 20)));
  const v1::Session session = server.received().front().request.session();
  EXPECT_EQ(session.id().size(), 16U);
  EXPECT_EQ(session.app(), "demo");
  EXPECT_EQ(session.region(), "eu");
  EXPECT_EQ(session.app_version(), "1.2.3");
  EXPECT_EQ(session.sdk_version(), "2.9.6");
  EXPECT_EQ(session.platform(), "linux");
  const ReporterStats stats = reporter.Stats();
  EXPECT_EQ(stats.reported_events, 22U);
  EXPECT_EQ(stats.acknowledged_events, 22U);
  EXPECT_EQ(stats.pending_events, 0U);
  EXPECT_EQ(stats.connects, 1U);
}

TEST(ReporterDeliveryTest, SendsByItselfAfterTheInterval) {
  ScriptedServer server;
  Reporter reporter(QuickOptions(server.address()));
  reporter.Report(1);
  ASSERT_TRUE(server.AwaitCalls(1));
  reporter.Report(2);
  ASSERT_TRUE(server.AwaitCalls(2));
}

TEST(ReporterDeliveryTest, ARetryKeepsNumberAndContent) {
  ScriptedServer server;
  server.Next(Failure(absl::UnavailableError("no")));
  ScriptedAnswer lost;  // counted, but the answer is lost
  lost.status = absl::UnavailableError("lost");
  server.Next(lost);
  ScriptedAnswer less;
  less.acknowledge_less = 1;
  server.Next(less);
  server.Next(Failure(absl::UnauthenticatedError("wrong key")));
  Reporter reporter(QuickOptions(server.address()));
  reporter.Report(1005, 3);
  reporter.Detail(1005, "EnterRoom", 7);
  ASSERT_TRUE(server.AwaitCalls(2));
  reporter.Report(1005, 4);
  ASSERT_TRUE(reporter.Flush(kSoon));
  const auto received = server.received();
  ASSERT_GE(received.size(), 6U);
  std::set<std::string> bytes;
  for (size_t i = 0; i < 5; ++i) bytes.insert(BytesWithoutAge(received[i].request));
  EXPECT_EQ(bytes.size(), 1U);
  EXPECT_EQ(received[5].request.sequence(), 2U);
  EXPECT_EQ(received[5].request.session().id(), received[0].request.session().id());
  EXPECT_THAT(server.counts(), ElementsAre(Pair(1005, 7)));
  EXPECT_EQ(reporter.Stats().batches_failed, 4U);
  EXPECT_EQ(reporter.Stats().batches_sent, received.size());
}

TEST(ReporterDeliveryTest, WaitsAsLongAsRetryInfoSays) {
  ScriptedServer server;
  server.Next(Failure(absl::ResourceExhaustedError("busy"), absl::Milliseconds(300)));
  server.Next(Failure(absl::UnavailableError("stopping"), absl::Milliseconds(400)));
  Reporter reporter(QuickOptions(server.address()));
  reporter.Report(1);
  ASSERT_TRUE(reporter.Flush(kSoon));
  const auto received = server.received();
  ASSERT_EQ(received.size(), 3U);
  EXPECT_GE(received[1].at - received[0].at, absl::Milliseconds(300));
  EXPECT_GE(received[2].at - received[1].at, absl::Milliseconds(400));
}

TEST(ReporterDeliveryTest, KeepsTheMinIntervalOfTheServer) {
  ScriptedServer server;
  ScriptedAnswer slower;
  slower.min_interval = absl::Milliseconds(250);
  server.Always(slower);
  Reporter reporter(QuickOptions(server.address()));
  for (int i = 0; i < 3; ++i) {
    reporter.Report(1);
    ASSERT_TRUE(reporter.Flush(kSoon));
  }
  const auto received = server.received();
  ASSERT_EQ(received.size(), 3U);
  EXPECT_GE(received[1].at - received[0].at, absl::Milliseconds(250));
  EXPECT_GE(received[2].at - received[1].at, absl::Milliseconds(250));
}

TEST(ReporterDeliveryTest, ReportsRejectedEventsAsLost) {
  ScriptedServer server;
  ScriptedAnswer rejection = Failure(absl::InvalidArgumentError("not that"));
  rejection.violation = "codes[0]";
  server.Next(rejection);
  Reporter reporter(PatientOptions(server.address()));
  reporter.Report(1, 5);
  EXPECT_TRUE(reporter.Flush(kSoon));  // settled: rejected
  EXPECT_THAT(reporter.Stats().last_error, HasSubstr("not that (codes[0]"));
  EXPECT_EQ(reporter.Stats().rejected_events, 5U);
  EXPECT_TRUE(reporter.Stop(kSoon));
  EXPECT_THAT(server.counts(), IsEmpty());
  EXPECT_THAT(server.losses(), ElementsAre(Pair(v1::ClientLoss::REFUSED, 5)));
}

TEST(ReporterDeliveryTest, WithFailFastWhatOnlyPeopleCanFixIsRejected) {
  for (const absl::Status& failure :
       {absl::UnauthenticatedError("wrong key"), absl::PermissionDeniedError("no such app"),
        absl::UnimplementedError("no such service")}) {
    ScriptedServer server;
    server.Always(Failure(failure));
    ReporterOptions options = PatientOptions(server.address());
    options.fail_fast = true;
    Reporter reporter(options);
    reporter.Report(1, 5);
    EXPECT_TRUE(reporter.Flush(kSoon));
    EXPECT_EQ(reporter.Stats().pending_events, 0U) << failure;
    EXPECT_EQ(reporter.Stats().acknowledged_events, 0U);
    EXPECT_EQ(reporter.Stats().last_error, failure.ToString());
    EXPECT_EQ(reporter.Stats().last_error_code, static_cast<int>(failure.code()));
  }
}

TEST(ReporterDeliveryTest, WithFailFastFlushReturnsOnceItsDeadlineIsTooEarly) {
  ScriptedServer server;
  server.Next(Failure(absl::ResourceExhaustedError("busy"), absl::Hours(1)));
  ReporterOptions options = PatientOptions(server.address());
  options.fail_fast = true;
  Reporter reporter(options);
  reporter.Report(1);
  const absl::Duration begin = client::Monotonic();
  EXPECT_FALSE(reporter.Flush(std::chrono::seconds(20)));
  EXPECT_LT(client::Monotonic() - begin, absl::Seconds(10));
  EXPECT_EQ(reporter.Stats().pending_events, 1U);
}

TEST(ReporterDeliveryTest, ReportsEventsOfTooManyCodesAsLost) {
  ScriptedServer server;
  Reporter reporter(PatientOptions(server.address()));
  for (int32_t code = 0; code < 520; ++code) reporter.Report(code);
  EXPECT_TRUE(reporter.Stop(kSoon));
  EXPECT_EQ(server.counted_events(), 512U);
  EXPECT_THAT(server.losses(), ElementsAre(Pair(v1::ClientLoss::TOO_MANY_CODES, 8)));
  EXPECT_EQ(reporter.Stats().lost_events, 8U);
}

TEST(ReporterDeliveryTest, ConnectsToSendABatchAndHangsUpWhenIdle) {
  ScriptedServer server;
  ScriptedAnswer slowly;  // makes each Flush wait longer than the idle time
  slowly.min_interval = absl::Milliseconds(200);
  server.Always(slowly);
  ReporterOptions options = QuickOptions(server.address());
  options.idle_timeout = milliseconds(10);
  Reporter reporter(options);
  EXPECT_EQ(reporter.Stats().connects, 0U);
  std::set<std::string> peers;
  for (size_t batches = 1; batches <= 3; ++batches) {
    reporter.Report(1);
    ASSERT_TRUE(reporter.Flush(kSoon));
    // Some twenty ticks have passed without counts.
    ASSERT_EQ(server.received().size(), batches);
    peers.insert(server.received().back().peer);
    EXPECT_EQ(reporter.Stats().connects, batches);
  }
  EXPECT_EQ(peers.size(), 3U);
}

TEST(ReporterDeliveryTest, KeepsItsConnectionWhileItSends) {
  ScriptedServer server;
  Reporter reporter(QuickOptions(server.address()));
  for (int i = 0; i < 5; ++i) {
    reporter.Report(1);
    ASSERT_TRUE(reporter.Flush(kSoon));
  }
  EXPECT_EQ(reporter.Stats().connects, 1U);
}

TEST(ReporterDeliveryTest, LosesNothingOverServerRestarts) {
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kRounds = 4000;
  ScriptedServer server;
  Reporter reporter(QuickOptions(server.address()));
  Reporter other(QuickOptions(server.address()));
  std::atomic<uint64_t> running = kThreads;
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (uint64_t round = 0; round < kRounds; ++round) {
        reporter.Report(static_cast<int32_t>(round % 100));
        other.Success();
        if (round % 50 == 0) reporter.Flush(milliseconds(1));
      }
      --running;
    });
  }
  int restarts = 0;
  while (running > 0 || restarts < 5) {
    ScriptedAnswer lost;
    lost.status = absl::UnavailableError("lost");
    server.Next(lost);
    ASSERT_TRUE(server.AwaitCalls(server.received().size() + (running > 0 ? 1 : 0)));
    server.Shutdown();
    server.Start();
    ++restarts;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(reporter.Stop(kSoon));
  EXPECT_TRUE(other.Stop(kSoon));
  EXPECT_EQ(server.counted_events(), 2 * kThreads * kRounds);
  for (int32_t code = 1; code < 100; ++code) {
    EXPECT_EQ(server.counts()[code], kThreads * kRounds / 100);
  }
  EXPECT_EQ(reporter.Stats().acknowledged_events, kThreads * kRounds);
}

}  // namespace
}  // namespace gmewatch
