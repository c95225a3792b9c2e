// A real Prometheus scrapes gmewatchd: it accepts the exposition, and sees the first error of an
// app.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/integration/prometheus_process.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

class PrometheusTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto daemon = GmewatchdProcess::Start({"--state_dir=" + dir_.File("state"), config_});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
    prometheus_ = PrometheusProcess::Start(dir_, daemon_->admin_address());
    ASSERT_NE(prometheus_, nullptr) << "the Debian package prometheus must be installed";
    ASSERT_EQ(prometheus_->AwaitAtLeast("up{job=\"gmewatch\"}", 1, absl::Seconds(60)), 1);
  }

  TempDir dir_;
  // On a busy machine a scrape every second is not even.
  const std::string config_ =
      "--config=" + dir_.Write("settings.yaml", "expose: {zero_for: 15s}\n");
  std::unique_ptr<GmewatchdProcess> daemon_;
  std::unique_ptr<PrometheusProcess> prometheus_;
};

TEST_F(PrometheusTest, IncreaseSeesTheFirstErrorOfAnAppAndOfACode) {
  WireClient client(daemon_->ingest_address());
  const v1::Session session = MakeSession("newcomer", "eu");
  ASSERT_TRUE(client.Report(MakeRequest(session, 1, {{1005, 7}, {424242, 3}})).ok());
  const char* known = "sum(increase(gme_error_events_total{app=\"newcomer\",code=\"1005\"}[2m]))";
  EXPECT_GT(prometheus_->AwaitAtLeast(known, 0.1, absl::Seconds(60)), 0);
  const char* unknown =
      "sum(increase(gme_error_events_total{app=\"newcomer\",code=\"424242\"}[2m]))";
  EXPECT_GT(prometheus_->AwaitAtLeast(unknown, 0.1, absl::Seconds(60)), 0);
  EXPECT_EQ(prometheus_->Query("sum(gme_error_events_total{app=\"newcomer\"})"), 10);
  EXPECT_EQ(prometheus_->Query("count(gme_error_events_total{app=\"newcomer\"})"), 75);

  // gmewatchd is killed and restarted: no counter goes back, nothing is counted twice.
  daemon_->process().Signal(SIGKILL);
  daemon_->process().Wait();
  auto again = GmewatchdProcess::Start({"--state_dir=" + dir_.File("state"), config_,
                                        "--ingest_address=" + daemon_->ingest_address(),
                                        "--admin_address=" + daemon_->admin_address()});
  ASSERT_TRUE(again.ok()) << again.status();
  // The client may not have noticed yet that its connection is broken.
  ASSERT_TRUE(AwaitTrue(
      [&] {
        return client.Report(MakeRequest(session, 2, {{1005, 5}})).ok();
      },
      absl::Seconds(20)));
  const char* total = "sum(gme_error_events_total{app=\"newcomer\",code=\"1005\"})";
  EXPECT_EQ(prometheus_->AwaitAtLeast(total, 12, absl::Seconds(60)), 12);
  EXPECT_EQ(prometheus_->Query("sum(resets(gme_error_events_total{app=\"newcomer\"}[5m]))"), 0);
  EXPECT_EQ(
      prometheus_->Query("sum(increase(gme_error_events_total{app=\"newcomer\"}[5m])) > bool 30"),
      0);
}

TEST_F(PrometheusTest, TheCatalogueJoinsTheCounts) {
  WireClient client(daemon_->ingest_address());
  ASSERT_TRUE(client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 4}})).ok());
  const char* join =
      "sum(gme_error_events_total{app=\"demo\"} * on(code) group_left(name) "
      "gme_error_code_info{name=\"AV_ERR_TIMEOUT\"})";
  EXPECT_EQ(prometheus_->AwaitAtLeast(join, 4, absl::Seconds(60)), 4);
  EXPECT_EQ(prometheus_->Query("count(gme_error_code_info)"), 73);
  EXPECT_EQ(prometheus_->Query("count(gme_error_code_solution_info)"), 73);
}

TEST_F(PrometheusTest, PromtoolFindsNothingToSay) {
  WireClient client(daemon_->ingest_address());
  ASSERT_TRUE(client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 4}})).ok());
  const auto page = HttpFetch(daemon_->admin_address(), "/metrics");
  ASSERT_TRUE(page.ok());
  const std::string file = dir_.Write("metrics.txt", page->body);
  auto promtool = ChildProcess::Start("sh", {"-c", "promtool check metrics < " + file});
  ASSERT_TRUE(promtool.ok());
  EXPECT_EQ((*promtool)->Wait(), 0) << (*promtool)->output() << (*promtool)->error();
}

TEST(AdminTokenTest, PrometheusAndGmectlReadWithTheTokenAndNobodyWithout) {
  const TempDir dir;
  const std::string token_file = dir.Write("admin.token", "first-token-first-token\n");
  auto daemon = GmewatchdProcess::Start({"--in_memory", "--admin_token_file=" + token_file});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  const std::string& admin = (*daemon)->admin_address();
  EXPECT_EQ(HttpFetch(admin, "/healthz")->status, 200);
  for (const char* path : {"/", "/readyz", "/metrics", "/api/v1/top", "/codes/1005"}) {
    const auto reply = HttpFetch(admin, path);
    ASSERT_TRUE(reply.ok()) << path;
    EXPECT_EQ(reply->status, 401) << path;
    EXPECT_EQ(reply->Header("www-authenticate"), "Basic realm=\"gmewatchd\"");
  }
  const auto prometheus = PrometheusProcess::Start(dir, admin, absl::Seconds(1), token_file);
  ASSERT_NE(prometheus, nullptr);
  EXPECT_EQ(prometheus->AwaitAtLeast("gmewatch_ready", 1, absl::Seconds(60)), 1);

  const std::vector<std::string> top = {"top", "--admin_address=" + admin};
  EXPECT_EQ(RunToEnd(GmectlPath(), top).status, 3);
  const std::vector<std::string> top_with_token = {"top", "--admin_address=" + admin,
                                                   "--admin_token_file=" + token_file};
  EXPECT_EQ(RunToEnd(GmectlPath(), top_with_token).status, 0);

  // A reload reads a new one, and Prometheus its file at each scrape.
  dir.Write("admin.token", "too short");
  (*daemon)->process().Signal(SIGHUP);
  EXPECT_TRUE((*daemon)->process().AwaitError("admin.token: is no token"));
  dir.Write("admin.token", "second-token-second-token\n");
  (*daemon)->process().Signal(SIGHUP);
  EXPECT_TRUE((*daemon)->process().AwaitError("INFO reloaded"));
  EXPECT_EQ(RunToEnd(GmectlPath(), top_with_token).status, 0);
  EXPECT_EQ(prometheus->AwaitAtLeast("gmewatch_config_reloads_total{result=\"success\"}", 1,
                                     absl::Seconds(60)),
            1);
}

TEST(AdminTokenTest, APageOfAnotherSiteReadsNothing) {
  auto daemon = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  HttpConnection connection((*daemon)->admin_address());
  const auto status = [&connection](const char* path, const char* host) {
    connection.Send(absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: ", host, "\r\n\r\n"));
    const auto reply = connection.ReadReply();
    return reply.ok() ? reply->status : -1;
  };
  EXPECT_EQ(status("/metrics", "evil.example:9747"), 421);
  EXPECT_EQ(status("/", "evil.example"), 421);
  EXPECT_EQ(status("/healthz", "evil.example"), 200);
  EXPECT_EQ(status("/metrics", "localhost"), 200);
}

TEST(AdminTokenTest, AnAddressThatOthersReachNeedsATokenOrTheFlag) {
  const TempDir dir;
  const std::string settings = dir.Write("settings.yaml", "apps: [{name: demo, regions: [eu]}]\n");
  const std::vector<std::string> arguments = {"--in_memory", "--config=" + settings,
                                              "--ingest_address=127.0.0.1:0",
                                              "--admin_address=0.0.0.0:0"};
  const Ended rejected = RunToEnd(GmewatchdPath(), arguments);
  EXPECT_EQ(rejected.status, 2);
  EXPECT_THAT(rejected.error,
              testing::HasSubstr("--admin_address=0.0.0.0:0 can be reached from elsewhere"));
  auto open = GmewatchdProcess::Start({"--in_memory", "--admin_address=0.0.0.0:0"});
  ASSERT_TRUE(open.ok()) << open.status();
  EXPECT_TRUE((*open)->process().AwaitError("WARNING the admin port is not on loopback"));
  EXPECT_EQ(ValueOf((*open)->Scrape(), "gmewatch_danger{reason=\"admin_reachable\"}"), 1);
}

}  // namespace
}  // namespace gmewatch
