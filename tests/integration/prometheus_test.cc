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

}  // namespace
}  // namespace gmewatch
