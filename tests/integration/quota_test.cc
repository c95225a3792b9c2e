// What a stranger, or a player who has the key that every player has, cannot do to the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmewatch/reporter.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

constexpr char kTwoApps[] =
    "apps:\n"
    "- {name: a, regions: [eu], keys: [key-of-a-1], relay_keys: [relay-of-a]}\n"
    "- {name: b, regions: [eu], keys: [key-of-b-1]}\n";
constexpr char kKeyOfA[] = "Bearer key-of-a-1";
constexpr char kKeyOfB[] = "Bearer key-of-b-1";

std::string RejectedBatches(absl::string_view reason) {
  return absl::StrCat("gmewatch_rejected_batches_total{reason=\"", reason, "\"}");
}
std::string RejectedEvents(absl::string_view reason) {
  return absl::StrCat("gmewatch_rejected_events_total{reason=\"", reason, "\"}");
}

class QuotaTest : public ::testing::Test {
 protected:
  void Start(const std::string& settings) {
    auto daemon = GmewatchdProcess::Start(
        {"--state_dir=" + dir_.File("state"), "--config=" + dir_.Write("settings.yaml", settings)});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
    client_ = std::make_unique<WireClient>(daemon_->ingest_address());
  }
  // One batch of one session.
  grpc::Status Send(const v1::Session& session, uint64_t sequence, uint32_t events,
                    const std::string& key = "") {
    return client_->Report(MakeRequest(session, sequence, {{1005, events}}), nullptr, key);
  }
  // The same, as the front passes it on.
  grpc::Status SendFrom(const std::string& address, const v1::Session& session) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    if (!address.empty()) context.AddMetadata("x-forwarded-for", address);
    v1::ReportResponse response;
    return client_->stub().Report(&context, MakeRequest(session, 1, {{1005, 1}}), &response);
  }

  TempDir dir_;
  std::unique_ptr<GmewatchdProcess> daemon_;
  std::unique_ptr<WireClient> client_;
};

TEST_F(QuotaTest, OnePlayersCountsCannotRuinACounter) {
  ASSERT_NO_FATAL_FAILURE(Start("quotas: {app_events_per_second: 500000}\n"));
  // What took a counter past 2^53 in half a minute.
  v1::ReportRequest huge = MakeRequest(MakeSession("a", "eu"), 1, {});
  for (int i = 0; i < 512; ++i) huge.add_codes(1005), huge.add_counts(1'000'000'000);
  const grpc::Status rejected = client_->Report(huge);
  EXPECT_EQ(rejected.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(BadFieldOf(rejected), "counts[0]");
  // The most that is allowed, from one session and then from many.
  const v1::Session session = MakeSession("a", "eu");
  EXPECT_TRUE(Send(session, 1, 1'000'000).ok());
  const grpc::Status over = Send(session, 2, 1'000'000);
  EXPECT_EQ(over.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(over.error_message(), HasSubstr("quota of this session"));
  EXPECT_GT(RetryDelayOf(over), absl::Minutes(5));
  EXPECT_LE(RetryDelayOf(over), absl::Minutes(20));
  bool app_is_full = false;
  for (int i = 0; i < 1000 && !app_is_full; ++i) {
    const grpc::Status status = Send(MakeSession("a", "eu"), 1, 1'000'000);
    app_is_full = status.error_code() == StatusCode::RESOURCE_EXHAUSTED;
  }
  EXPECT_TRUE(app_is_full);
  EXPECT_TRUE(Send(MakeSession("b", "eu"), 1, 1).ok()) << "another app has its own";
  const Samples samples = daemon_->Scrape();
  EXPECT_GE(ValueOf(samples, RejectedBatches("quota")), 2);
  EXPECT_LE(ValueOf(samples, RejectedEvents("invalid")), 1'000'000);
  EXPECT_GE(ValueOf(samples, "gmewatch_largest_series_events"), 1'000'000);
}

TEST_F(QuotaTest, ARejectedBatchIsCountedOnceWhenItFitsAndADuplicateCostsNothing) {
  ASSERT_NO_FATAL_FAILURE(
      Start("quotas: {session_events_per_minute: 60000, session_events_burst: 2000}\n"));
  const v1::Session session = MakeSession("a", "eu");
  ASSERT_TRUE(Send(session, 1, 20'000).ok()) << "a full bucket takes one that is larger";
  const grpc::Status over = Send(session, 2, 7);
  EXPECT_EQ(over.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_GT(RetryDelayOf(over), absl::ZeroDuration());
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Send(session, 1, 20'000).ok()) << "a duplicate";
  EXPECT_EQ(Send(session, 2, 7).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(AwaitTrue([&] { return Send(session, 2, 7).ok(); }, absl::Seconds(180)));
  EXPECT_TRUE(Send(session, 2, 7).ok());
  const Samples samples = daemon_->Scrape();
  EXPECT_EQ(ValueOf(samples, "gmewatch_batches_total{result=\"counted\"}"), 2);
  EXPECT_EQ(ValueOf(samples, "gmewatch_batches_total{result=\"duplicate\"}"), 21);
  EXPECT_EQ(ValueOf(samples, "gmewatch_largest_series_events"), 20'007);
}

TEST_F(QuotaTest, MessagesOfAStreamCountAndEndItWithRetryInfo) {
  ASSERT_NO_FATAL_FAILURE(
      Start("quotas: {session_events_per_minute: 60, "
            "session_events_burst: 100}\n"));
  const v1::Session session = MakeSession("a", "eu");
  WireStream stream(client_.get());
  ASSERT_TRUE(stream.Write(MakeRequest(session, 1, {{1005, 40}})));
  ASSERT_TRUE(stream.Write(MakeRequest(2, {{1005, 40}})));
  ASSERT_TRUE(stream.AwaitAcknowledged(2));
  stream.Write(MakeRequest(3, {{1005, 100}}));
  const grpc::Status status = stream.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_GT(RetryDelayOf(status), absl::Seconds(10));
  EXPECT_EQ(stream.acknowledged(), 2U);
  EXPECT_EQ(ValueOf(daemon_->Scrape(), RejectedEvents("quota")), 100);
  EXPECT_TRUE(Send(session, 2, 40).ok()) << "a duplicate of it";
}

TEST_F(QuotaTest, BatchesThatBreakARuleCountToo) {
  ASSERT_NO_FATAL_FAILURE(Start("quotas: {app_batches_per_second: 20}\n"));
  WireStream stream(client_.get());
  stream.Write(MakeRequest(MakeSession("a", "eu"), 1, {{1005, 1}}));
  for (uint64_t i = 2; i < 100'000; ++i) {
    if (!stream.Write(MakeRequest(i, {{1005, 0}}))) break;
  }
  EXPECT_EQ(stream.Finish().error_code(), StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(QuotaTest, AReporterOverItsQuotaLosesNothing) {
  ASSERT_NO_FATAL_FAILURE(
      Start("quotas: {session_events_per_minute: 60000, session_events_burst: 1000}\n"));
  ReporterOptions options;
  options.address = daemon_->ingest_address();
  options.app = "a";
  options.region = "eu";
  options.flush_interval = std::chrono::seconds(1);
  Reporter reporter(options);
  uint64_t reported = 0;
  const auto report = [&](uint32_t events) {
    reporter.Report(1005, events);
    reported += events;
  };
  report(20'000);
  ASSERT_TRUE(
      AwaitTrue([&] { return reporter.Stats().acknowledged_events == 20'000; }, absl::Seconds(60)));
  report(700);
  ASSERT_TRUE(AwaitTrue([&] { return reporter.Stats().batches_failed > 0; }, absl::Seconds(60)));
  report(1);
  ASSERT_TRUE(AwaitTrue([&] { return reporter.Stats().acknowledged_events == reported; },
                        absl::Seconds(120)));
  EXPECT_EQ(reporter.Stats().lost_events, 0U);
  EXPECT_EQ(reporter.Stats().rejected_events, 0U);
  EXPECT_EQ(ValueOf(daemon_->Scrape(), "gmewatch_largest_series_events"),
            static_cast<double>(reported));
}

TEST_F(QuotaTest, ARelayKeyHasNoQuotaOfASession) {
  ASSERT_NO_FATAL_FAILURE(Start(absl::StrCat(kTwoApps, "quotas: {session_events_burst: 10}\n")));
  const v1::Session player = MakeSession("a", "eu");
  EXPECT_TRUE(Send(player, 1, 1'000'000, kKeyOfA).ok());
  EXPECT_EQ(Send(player, 2, 1'000'000, kKeyOfA).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  const v1::Session relay = MakeSession("a", "eu");
  for (uint64_t i = 1; i <= 5; ++i) {
    EXPECT_TRUE(Send(relay, i, 1'000'000, "Bearer relay-of-a").ok());
  }
}

TEST_F(QuotaTest, WhoHasNoKeyCostsNoCommitAndCountsAsACall) {
  ASSERT_NO_FATAL_FAILURE(Start(kTwoApps));
  const v1::Session session = MakeSession("a", "eu");
  ASSERT_TRUE(Send(session, 1, 1, kKeyOfA).ok());
  const double commits = ValueOf(daemon_->Scrape(), "gmewatch_commits_total");
  v1::ReportRequest forged = MakeRequest(MakeSession("a", "eu"), 1, {});
  for (int i = 0; i < 500; ++i) forged.add_codes(1005), forged.add_counts(UINT32_MAX);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(client_->Report(forged).error_code(), StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(Send(MakeSession("nobody", "eu"), 1, 9, kKeyOfA).error_code(),
              StatusCode::PERMISSION_DENIED);
    WireStream stream(client_.get());
    stream.Write(forged);
    EXPECT_EQ(stream.Finish().error_code(), StatusCode::UNAUTHENTICATED);
  }
  EXPECT_EQ(ValueOf(daemon_->Scrape(), "gmewatch_commits_total"), commits);
  ASSERT_TRUE(Send(session, 2, 1, kKeyOfA).ok());
  const Samples samples = daemon_->Scrape();
  EXPECT_EQ(ValueOf(samples, RejectedBatches("unauthenticated")), 200);
  EXPECT_EQ(ValueOf(samples, RejectedBatches("permission_denied")), 100);
  EXPECT_EQ(ValueOf(samples, RejectedEvents("unauthenticated")), 0);
  EXPECT_EQ(ValueOf(samples, RejectedEvents("permission_denied")), 0);
}

TEST_F(QuotaTest, ASessionIdThatLeakedIsOfNoUseToAnotherApp) {
  ASSERT_NO_FATAL_FAILURE(Start(kTwoApps));
  const std::string id = NewSessionId();
  const v1::Session victim = MakeSession("b", "eu", id);
  const v1::Session thief = MakeSession("a", "eu", id);
  ASSERT_TRUE(Send(victim, 1, 5, kKeyOfB).ok());
  grpc::Status status = Send(thief, UINT64_MAX, 1, kKeyOfA);
  EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(), HasSubstr("a session of another app"));
  // The app's own players could: the number must not jump.
  status = Send(victim, uint64_t{1} << 40, 1, kKeyOfB);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(BadFieldOf(status), "sequence");
  ASSERT_TRUE(Send(victim, 2, 7, kKeyOfB).ok());
  const Samples samples = daemon_->Scrape();
  EXPECT_EQ(ValueOf(samples, "gmewatch_largest_series_events"), 12);
  EXPECT_EQ(ValueOf(samples, "gmewatch_batches_total{result=\"counted\"}"), 2);
  EXPECT_EQ(ValueOf(samples, RejectedEvents("permission_denied")), 1);
}

TEST_F(QuotaTest, AStreamWithTheIdOfAnotherAppEnds) {
  ASSERT_NO_FATAL_FAILURE(Start("{}\n"));
  const std::string id = NewSessionId();
  ASSERT_TRUE(Send(MakeSession("b", "eu", id), 1, 5).ok());
  WireStream stream(client_.get());
  stream.Write(MakeRequest(MakeSession("a", "eu", id), 50, {{1005, 1}}));
  EXPECT_EQ(stream.Finish().error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(stream.acknowledged(), 0U);
}

TEST_F(QuotaTest, AnAppAtItsSessionLimitLeavesTheOthersTheirShare) {
  ASSERT_NO_FATAL_FAILURE(
      Start(absl::StrCat(kTwoApps, "limits: {max_sessions: 1000}\nlog: {commit_interval: 0s}\n")));
  int sessions = 0;
  while (sessions < 2000 && Send(MakeSession("a", "eu"), 1, 1, kKeyOfA).ok()) ++sessions;
  // Its share of 250, and 500 for whoever comes first.
  EXPECT_EQ(sessions, 750);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Send(MakeSession("a", "eu"), 1, 1, kKeyOfA).error_code(),
              StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_TRUE(Send(MakeSession("b", "eu"), 1, 1, kKeyOfB).ok()) << i;
  }
  EXPECT_EQ(ValueOf(daemon_->Scrape(), RejectedBatches("session_limit")), 11);
}

TEST_F(QuotaTest, AnAddressHasAQuotaOfNewSessionsIfTheFrontNamesIt) {
  ASSERT_NO_FATAL_FAILURE(
      Start("ingest: {fronts: [127.0.0.1]}\n"
            "quotas: {address_sessions_per_second: 1}\nlog: {commit_interval: 0s}\n"));
  grpc::Status status;
  int sent = 0;
  while (sent < 2000 && status.ok()) {
    status = SendFrom("192.0.2.1", MakeSession("a", "eu"));
    ++sent;
  }
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("quota of this address"));
  EXPECT_GE(sent, 10);
  EXPECT_TRUE(SendFrom("192.0.2.2", MakeSession("a", "eu")).ok());
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(SendFrom("", MakeSession("a", "eu")).ok());
}

TEST_F(QuotaTest, ForgottenSeriesBeginAgainAndAKillDoesNotBringThemBack) {
  ASSERT_NO_FATAL_FAILURE(Start("{}\n"));
  ASSERT_TRUE(Send(MakeSession("a", "eu"), 1, 900'000).ok());
  ASSERT_TRUE(Send(MakeSession("b", "eu"), 1, 3).ok());
  const std::string of_a = CodeSeries("gme_error_events_total", "1005", "client", "eu", "a");
  const std::string of_b = CodeSeries("gme_error_events_total", "1005", "client", "eu", "b");
  ASSERT_EQ(daemon_->AwaitValue(of_a, 900'000), 900'000);
  const std::string state = "--state_dir=" + dir_.File("state");
  const auto forget = [&](const std::string& app) {
    return RunToEnd(GmectlPath(), {"forget", "--app=" + app, "--code=1005", state});
  };
  EXPECT_THAT(forget("a").error, HasSubstr("is in use by process"));
  ASSERT_EQ(daemon_->Terminate(), 0);
  EXPECT_THAT(forget("nobody").error, HasSubstr("no series of app nobody, code 1005"));
  const Ended done = forget("a");
  EXPECT_EQ(done.status, 0) << done.error;
  EXPECT_THAT(done.output, HasSubstr("app a, code 1005, which had 900000 events"));
  ASSERT_NO_FATAL_FAILURE(Start("{}\n"));
  EXPECT_EQ(ValueOf(daemon_->Scrape(), of_a), 0);
  EXPECT_EQ(ValueOf(daemon_->Scrape(), of_b), 3);
  ASSERT_TRUE(Send(MakeSession("a", "eu"), 1, 2).ok());
  daemon_->process().Signal(SIGKILL);
  daemon_->process().Wait();
  ASSERT_NO_FATAL_FAILURE(Start("{}\n"));
  EXPECT_EQ(ValueOf(daemon_->Scrape(), of_a), 2);
  ASSERT_EQ(daemon_->Terminate(), 0);
  ASSERT_NO_FATAL_FAILURE(Start("{}\n"));
  EXPECT_EQ(ValueOf(daemon_->Scrape(), of_a), 2) << "from the checkpoint";
}

}  // namespace
}  // namespace gmewatch
