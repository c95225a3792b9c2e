// gmewatchd as a process: flags, signals, restarts, a full disk, a second daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "daemon/base/clock.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kCounted[] = "gmewatch_batches_total{result=\"counted\"}";
constexpr char kDuplicate[] = "gmewatch_batches_total{result=\"duplicate\"}";

class ProcessTest : public ::testing::Test {
 protected:
  std::unique_ptr<GmewatchdProcess> Start(std::vector<std::string> more = {},
                                          const ChildOptions& options = {}) {
    more.push_back("--state_dir=" + dir_.File("state"));
    auto daemon = GmewatchdProcess::Start(std::move(more), "", options);
    if (!daemon.ok()) {
      ADD_FAILURE() << daemon.status();
      return nullptr;
    }
    return *std::move(daemon);
  }
  static grpc::Status Send(const GmewatchdProcess& daemon, const v1::Session& session,
                           uint64_t sequence, uint32_t count = 1) {
    WireClient client(daemon.ingest_address());
    return client.Report(MakeRequest(session, sequence, {{1005, count}}));
  }
  // `away`: how long the client neither reads nor writes after the daemon gets SIGTERM.
  void StopWhileAClientSends(absl::Duration away) {
    auto daemon = Start();
    ASSERT_NE(daemon, nullptr);
    WireClient client(daemon->ingest_address());
    WireStream stream(&client);
    ASSERT_TRUE(stream.Write(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})));
    ASSERT_TRUE(stream.AwaitAcknowledged(1));
    ASSERT_TRUE(stream.Write(MakeRequest(2, {{1005, 1}})));
    daemon->process().Signal(SIGTERM);
    absl::SleepFor(away);  // allow(sleep): the client does nothing meanwhile
    uint64_t written = 2;
    while (stream.Write(MakeRequest(written + 1, {{1005, 1}}))) ++written;
    const grpc::Status status = stream.Finish();
    EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
    EXPECT_GT(RetryDelayOf(status), absl::ZeroDuration());
    EXPECT_EQ(daemon->process().Wait(), 0);
    daemon = Start();
    ASSERT_NE(daemon, nullptr);
    EXPECT_EQ(ValueOf(daemon->Scrape(), kCounted), static_cast<double>(stream.acknowledged()));
  }

  TempDir dir_;
};

TEST_F(ProcessTest, ARestartKeepsTheCountsAndKnowsTheSessions) {
  const v1::Session session = MakeSession("demo", "eu");
  auto daemon = Start();
  ASSERT_NE(daemon, nullptr);
  ASSERT_TRUE(Send(*daemon, session, 1, 20).ok());
  EXPECT_EQ(daemon->Terminate(), 0);
  daemon = Start();
  ASSERT_NE(daemon, nullptr);
  ASSERT_TRUE(Send(*daemon, session, 1, 20).ok());
  const Samples samples = daemon->Scrape();
  EXPECT_EQ(ValueOf(samples, kCounted), 1);
  EXPECT_EQ(ValueOf(samples, kDuplicate), 1);
  EXPECT_EQ(daemon->Terminate(), 0);
  // A person can read the counts with the sqlite3 shell.
  auto shell = ChildProcess::Start(
      "sqlite3", {dir_.File("state/state.db"),
                  "SELECT app, region, code, events FROM error_events WHERE events > 0"});
  ASSERT_TRUE(shell.ok());
  EXPECT_EQ((*shell)->Wait(), 0) << (*shell)->error();
  EXPECT_EQ((*shell)->output(), "demo|eu|1005|20\n");
}

TEST_F(ProcessTest, InMemoryKeepsNothing) {
  auto daemon = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  ASSERT_TRUE(Send(**daemon, MakeSession("demo", "eu"), 1).ok());
  EXPECT_EQ(ValueOf((*daemon)->Scrape(), kCounted), 1);
  EXPECT_EQ((*daemon)->Terminate(), 0);
  daemon = GmewatchdProcess::Start({"--in_memory"});
  EXPECT_EQ(ValueOf((*daemon)->Scrape(), kCounted), 0);
}

TEST_F(ProcessTest, InMemoryWritesNoCheckpoints) {
  constexpr char kSaved[] = "gmewatch_checkpoints_total{result=\"success\"}";
  const std::string often =
      "--config=" + dir_.Write("settings.yaml", "log: {checkpoint_interval: 1s}\n");
  auto daemon = GmewatchdProcess::Start({"--in_memory", often});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  ASSERT_TRUE(Send(**daemon, MakeSession("demo", "eu"), 1).ok());
  auto on_disk = Start({often});
  ASSERT_NE(on_disk, nullptr);
  ASSERT_TRUE(Send(*on_disk, MakeSession("demo", "eu"), 1).ok());
  EXPECT_GE(on_disk->AwaitValue(kSaved, 2), 2);
  EXPECT_EQ(ValueOf((*daemon)->Scrape(), kSaved), 0);
}

TEST_F(ProcessTest, ASecondDaemonOnTheSameStateSaysWhoHasIt) {
  auto daemon = Start();
  ASSERT_NE(daemon, nullptr);
  const Ended second = RunToEnd(GmewatchdPath(), {"--state_dir=" + dir_.File("state")});
  EXPECT_EQ(second.status, 1);
  EXPECT_THAT(second.error, HasSubstr(absl::StrCat("in use by process ", daemon->process().pid())));
  ASSERT_TRUE(Send(*daemon, MakeSession("demo", "eu"), 1).ok());
}

TEST_F(ProcessTest, APortInUseIsAnErrorThatNamesIt) {
  auto daemon = Start();
  ASSERT_NE(daemon, nullptr);
  Ended second =
      RunToEnd(GmewatchdPath(), {"--in_memory", "--ingest_address=" + daemon->ingest_address(),
                                 "--admin_address=127.0.0.1:0"});
  EXPECT_EQ(second.status, 1);
  EXPECT_THAT(second.error, HasSubstr(daemon->ingest_address()));
  second = RunToEnd(GmewatchdPath(), {"--in_memory", "--ingest_address=127.0.0.1:0",
                                      "--admin_address=" + daemon->admin_address()});
  EXPECT_EQ(second.status, 1);
  EXPECT_THAT(second.error, HasSubstr(daemon->admin_address()));
}

TEST_F(ProcessTest, SigtermAcknowledgesTheBatchesItTookAndExitsZero) {
  StopWhileAClientSends(absl::ZeroDuration());
}

TEST_F(ProcessTest, SigtermAnswersAClientThatIsHalfASecondAway) {
  StopWhileAClientSends(absl::Milliseconds(500));
}

TEST_F(ProcessTest, SigtermDoesNotWaitForAnIdleConnection) {
  auto daemon = Start();
  ASSERT_NE(daemon, nullptr);
  // Nothing is read from these connections until they are used again.
  WireClient idle(daemon->ingest_address());
  ASSERT_TRUE(idle.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok());
  WireClient streaming(daemon->ingest_address());
  WireStream stream(&streaming);
  ASSERT_TRUE(stream.Write(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})));
  ASSERT_TRUE(stream.AwaitAcknowledged(1));
  RealClock clock;
  const absl::Duration begin = clock.Monotonic();
  EXPECT_EQ(daemon->Terminate(), 0);
  EXPECT_LT(clock.Monotonic() - begin, absl::Seconds(3));
  EXPECT_EQ(stream.Finish().error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(ProcessTest, SighupTakesNewSettingsAndKeepsTheOldIfTheNewAreWrong) {
  const std::string config = dir_.Write("settings.yaml", "apps: [{name: one, regions: [eu]}]\n");
  auto daemon = Start({"--config=" + config});
  ASSERT_NE(daemon, nullptr);
  EXPECT_FALSE(Send(*daemon, MakeSession("two", "eu"), 1).ok());
  dir_.Write("settings.yaml", "apps: [{name: one, regions: [eu]}, {name: two, regions: [eu]}]\n");
  daemon->process().Signal(SIGHUP);
  ASSERT_TRUE(daemon->process().AwaitError("reloaded"));
  EXPECT_TRUE(Send(*daemon, MakeSession("two", "eu"), 1).ok());
  dir_.Write("settings.yaml", "apps: [{name: one}]\n");
  daemon->process().Signal(SIGHUP);
  ASSERT_TRUE(daemon->process().AwaitError("reload failed"));
  EXPECT_TRUE(Send(*daemon, MakeSession("two", "eu"), 1).ok());
  const Samples samples = daemon->Scrape();
  EXPECT_EQ(ValueOf(samples, "gmewatch_config_last_reload_successful"), 0);
  EXPECT_GE(ValueOf(samples, CodeSeries("gme_error_events_total", "1005", "client", "eu", "two")),
            0);
  EXPECT_EQ(daemon->Terminate(), 0);
}

TEST_F(ProcessTest, AFullDiskRejectsBatchesAndLosesNothing) {
  ChildOptions options;
  options.file_bytes_max = 600'000;
  auto daemon = Start({}, options);
  ASSERT_NE(daemon, nullptr);
  WireClient client(daemon->ingest_address());
  const v1::Session session = MakeSession("demo", "eu");
  uint64_t sequence = 0;
  grpc::Status status;
  while (status.ok() && sequence < 5000) {
    v1::ReportRequest request = MakeRequest(session, sequence + 1, {});
    for (int code = 1; code <= 500; ++code) request.add_codes(1005), request.add_counts(1);
    status = client.Report(request);
    if (status.ok()) ++sequence;
  }
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED) << daemon->process().error();
  EXPECT_GT(RetryDelayOf(status), absl::ZeroDuration());
  // Metrics are served meanwhile and show it.
  EXPECT_EQ(ValueOf(daemon->Scrape(), kCounted), static_cast<double>(sequence));
  EXPECT_GT(ValueOf(daemon->Scrape(), "gmewatch_failed_commits_total"), 0);
  daemon->process().Signal(SIGKILL);
  daemon->process().Wait();
  daemon = Start();
  ASSERT_NE(daemon, nullptr);
  EXPECT_EQ(ValueOf(daemon->Scrape(), kCounted), static_cast<double>(sequence));
  EXPECT_TRUE(Send(*daemon, session, sequence + 1).ok());
}

TEST_F(ProcessTest, OpenModeBoundsItsLabelsAndKeepsTheTotals) {
  const std::string config = dir_.Write("settings.yaml", "limits: {max_app_regions: 2}\n");
  auto daemon = Start({"--config=" + config});
  ASSERT_NE(daemon, nullptr);
  daemon->Scrape();
  for (const auto& [app, region] : std::vector<std::pair<const char*, const char*>>{
           {"a", "eu"}, {"b", "eu"}, {"a", "us"}, {"c", "eu"}, {"d", "us"}}) {
    ASSERT_TRUE(Send(*daemon, MakeSession(app, region), 1).ok());
  }
  WireClient client(daemon->ingest_address());
  const v1::Session session = MakeSession("a", "eu");
  for (uint64_t i = 1; i <= 70; ++i) {
    const auto code = static_cast<int32_t>(70'000 + i);
    ASSERT_TRUE(client.Report(MakeRequest(session, i, {{code, 1}})).ok());
  }
  const auto events = [](const char* code, const char* category, const char* region,
                         const char* app) {
    return CodeSeries("gme_error_events_total", code, category, region, app);
  };
  EXPECT_EQ(daemon->AwaitValue(events("70001", "unknown", "eu", "a"), 1), 1);
  const Samples samples = daemon->Scrape();
  EXPECT_EQ(ValueOf(samples, events("1005", "client", "eu", "a")), 1);
  EXPECT_EQ(ValueOf(samples, events("1005", "client", "eu", "b")), 1);
  EXPECT_EQ(ValueOf(samples, events("1005", "client", "other", "a")), 1);
  EXPECT_EQ(ValueOf(samples, events("1005", "client", "other", "other")), 2);
  EXPECT_EQ(ValueOf(samples, events("70064", "unknown", "eu", "a")), 1);
  EXPECT_EQ(ValueOf(samples, events("70065", "unknown", "eu", "a")), -1);
  EXPECT_EQ(ValueOf(samples, events("other", "unknown", "eu", "a")), 6);
  EXPECT_EQ(SumOf(samples, "gme_error_events_total"), 75);
}

// The files in tests/daemon/log/version1 are what an older version wrote.
TEST_F(ProcessTest, TheStateOfAnOlderVersionIsReadWithWhatTheDetectorLearned) {
  ASSERT_EQ(RunToEnd("mkdir", {dir_.File("state")}).status, 0);
  for (const char* file : {"journal", "state"}) {
    const Ended shell =
        RunToEnd("sqlite3", {dir_.File(absl::StrCat("state/", file, ".db")),
                             absl::StrCat(".read ", GMEWATCH_LOG_TEST_DATA, "/", file, ".sql")});
    ASSERT_EQ(shell.status, 0) << shell.error;
  }
  auto daemon = Start();
  ASSERT_NE(daemon, nullptr);
  const Samples samples = daemon->Scrape();
  EXPECT_EQ(ValueOf(samples, kCounted), 3);
  EXPECT_EQ(ValueOf(samples, "gmewatch_sessions"), 3);
  EXPECT_EQ(daemon->AwaitValue("gme_error_events_total{code=\"1005\",category=\"client\","
                               "region=\"eu\",app=\"shooter\"}",
                               7),
            7);
  EXPECT_EQ(daemon->Terminate(), 0);
  EXPECT_THAT(daemon->process().error(), HasSubstr("recovered epoch=4"));
  EXPECT_THAT(daemon->process().error(), Not(HasSubstr("spike detector state reset")));
}

TEST_F(ProcessTest, ANewSessionBeyondTheLimitIsRejectedAndTheOldOnesGoOn) {
  const std::string config = dir_.Write("settings.yaml", "limits: {max_sessions: 1000}\n");
  auto daemon = Start({"--config=" + config});
  ASSERT_NE(daemon, nullptr);
  WireClient client(daemon->ingest_address());
  const v1::Session first = MakeSession("demo", "eu");
  ASSERT_TRUE(client.Report(MakeRequest(first, 1, {{1005, 1}})).ok());
  grpc::Status status;
  int taken = 1;
  while (status.ok() && taken < 2000) {
    status = client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}}));
    if (status.ok()) ++taken;
  }
  EXPECT_EQ(taken, 1000);
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_GT(RetryDelayOf(status), absl::ZeroDuration());
  EXPECT_TRUE(client.Report(MakeRequest(first, 2, {{1005, 1}})).ok());
  EXPECT_EQ(daemon->AwaitValue("gmewatch_rejected_batches_total{reason=\"session_limit\"}", 1), 1);
}

TEST_F(ProcessTest, ReadinessFollowsTheDaemon) {
  auto daemon = Start();
  ASSERT_NE(daemon, nullptr);
  EXPECT_EQ(HttpFetch(daemon->admin_address(), "/healthz")->status, 200);
  EXPECT_EQ(HttpFetch(daemon->admin_address(), "/readyz")->status, 200);
}

}  // namespace
}  // namespace gmewatch
