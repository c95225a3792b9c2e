// From one machine to a cluster and back, by gmectl state export: as processes on real brokers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "tests/cluster/brokers_fixture.h"
#include "tests/cluster/front_site.h"
#include "tests/integration/ledger_client.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(60);

class MoveTest : public BrokersTest {
 protected:
  std::unique_ptr<GmewatchdProcess> StartAll(const std::string& state_dir) {
    auto daemon = GmewatchdProcess::Start(
        {"--state_dir=" + state_dir, "--config=" + dir_.Write("all.yaml", kLedgerApps)});
    EXPECT_TRUE(daemon.ok()) << daemon.status();
    return daemon.ok() ? *std::move(daemon) : nullptr;
  }
  // The session's batch with this number, of as many events.
  void Report(const std::string& address, uint64_t sequence) {
    WireClient client(address);
    EXPECT_TRUE(
        client.Report(MakeRequest(session_, sequence, {{1005, static_cast<uint32_t>(sequence)}}))
            .ok());
  }
  static void Export(const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {"state", "export"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Ended ended = RunToEnd(GmectlPath(), all);
    EXPECT_EQ(ended.status, 0) << ended.error;
    EXPECT_THAT(ended.output, HasSubstr("1 sessions"));
  }
  static double Events(const GmewatchdProcess& process) {
    return ValueOf(process.Scrape(),
                   CodeSeries("gme_error_events_total", "1005", "client", "eu", "demo"));
  }

  const TempDir dir_;
  const v1::Session session_ = MakeSession("demo", "eu");
};

TEST_F(MoveTest, CountsAndSessionsGoOnInAClusterAndBackOnOneMachine) {
  const std::string before = dir_.File("before");
  {
    const auto daemon = StartAll(before);
    ASSERT_NE(daemon, nullptr);
    Report(daemon->ingest_address(), 1);
    Report(daemon->ingest_address(), 2);
    EXPECT_EQ(Events(*daemon), 3);
    daemon->process().Signal(SIGKILL);
    daemon->process().Wait();
  }
  FrontSite site(2, 1, absl::Seconds(30), "");
  const std::string config = site.CounterConfig();
  for (const size_t counter : {0U, 1U}) {
    Export(
        {site.StateDir(counter), "--role=counter", "--config=" + config, "--state_dir=" + before});
    ASSERT_TRUE(site.StartCounter(counter).ok());
  }
  ASSERT_TRUE(site.StartFront(0).ok());
  // A retry of what the one machine acknowledged, and what is new.
  for (const uint64_t sequence : {2, 3, 4, 4}) Report(site.ingest_address(0), sequence);
  for (const size_t counter : {0U, 1U}) {
    const auto ready = [&] {
      const auto answer = HttpFetch(site.counter(counter).admin_address(), "/readyz");
      return answer.ok() && answer->status == 200;
    };
    ASSERT_TRUE(AwaitTrue(ready, kPatience));
    EXPECT_EQ(Events(site.counter(counter)), 10);
    EXPECT_EQ(ValueOf(site.counter(counter).Scrape(), "gmewatch_replica_mismatch_total"), 0);
  }
  // The fronts first, so that the counters have all that was acknowledged.
  site.KillFront(0);
  EXPECT_EQ(site.counter(0).Terminate(), 0);
  const std::string after = dir_.File("after");
  Export({after, "--role=all", "--state_dir=" + site.StateDir(0)});
  const auto daemon = StartAll(after);
  ASSERT_NE(daemon, nullptr);
  for (const uint64_t sequence : {4, 5}) Report(daemon->ingest_address(), sequence);
  EXPECT_EQ(Events(*daemon), 15);
}

}  // namespace
}  // namespace gmewatch
