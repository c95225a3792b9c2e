// The state of counters: copied from one to another, and made from that of one machine and back, as
// processes on real brokers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/cluster/counter_fixture.h"
#include "tests/integration/ledger_client.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class CounterStateTest : public CounterTest {
 protected:
  // Counter 0 has a checkpoint, and counts after it; `made` gives counter 1 its state.
  void ExpectAnotherGoesOnFrom(const std::function<void()>& made) {
    Report(2);
    EXPECT_EQ(EventsOf(site_->counter(0).Scrape(), "1005", "client"), 2);
    EXPECT_GE(site_->counter(0).AwaitValue("gmewatch_checkpoints_total{result=\"success\"}", 2), 2);
    Report(3);
    made();
    Report(4);
    ASSERT_TRUE(site_->StartCounter(1).ok());
    ASSERT_TRUE(AwaitReady(site_->counter(1)));
    EXPECT_TRUE(site_->counter(1).process().AwaitError("state loaded"));
    for (const size_t counter : {0U, 1U}) {
      const Samples samples = site_->counter(counter).Scrape();
      EXPECT_EQ(EventsOf(samples, "1005", "client"), 9);
      EXPECT_EQ(ValueOf(samples, "gmewatch_replica_mismatch_total"), 0);
    }
  }
};

TEST_F(CounterStateTest, ABackupOfARunningCounterStartsAnotherOne) {
  StartSite();
  ExpectAnotherGoesOnFrom([this] {
    const TempDir dir;
    const std::string backup = dir.File("backup");
    const Ended made =
        RunToEnd(GmectlPath(), {"state", "backup", backup, "--state_dir=" + site_->StateDir(0)});
    EXPECT_EQ(made.status, 0) << made.error;
    const Ended sound = RunToEnd(GmewatchdPath(), {"--check_state", "--state_dir=" + backup});
    EXPECT_EQ(sound.status, 0) << sound.error;
    EXPECT_THAT(sound.output, HasSubstr("of a counter of topic " + site_->kafka().topic));
    const Ended restored =
        RunToEnd(GmectlPath(), {"state", "restore", backup, "--state_dir=" + site_->StateDir(1)});
    EXPECT_EQ(restored.status, 0) << restored.error;
  });
}

TEST_F(CounterStateTest, ACopyOverTheAdminPortStartsAnotherOne) {
  StartSite();
  ExpectAnotherGoesOnFrom([this] {
    const TempDir dir;
    const std::string token = "--admin_token_file=" + dir.Write("token", "a-token-of-this-test");
    ASSERT_EQ(chmod(dir.File("token").c_str(), 0600), 0);
    const auto restart = [this](std::vector<std::string> flags) {
      EXPECT_EQ(site_->counter(0).Terminate(), 0);
      site_->SetCounterFlags(std::move(flags));
      ASSERT_TRUE(site_->StartCounter(0).ok());
      EXPECT_TRUE(site_->counter(0).process().AwaitError("caught up with the log"));
    };
    const auto copy = [this](std::vector<std::string> flags) {
      flags.insert(flags.begin(), {"state", "copy", "--from=" + site_->counter_address(0),
                                   "--state_dir=" + site_->StateDir(1)});
      return RunToEnd(GmectlPath(), flags);
    };
    restart({token});
    EXPECT_THAT(copy({}).error, HasSubstr("answers 401"));
    const Ended ended = copy({token});
    EXPECT_EQ(ended.status, 0) << ended.error;
    EXPECT_THAT(ended.output, HasSubstr("copied: the state of "));
    restart({});
  });
}

TEST_F(CounterStateTest, WithoutATokenNobodyGetsACopy) {
  StartSite();
  EXPECT_THAT(Fetch(site_->counter(0), "/state.db"),
              AllOf(HasSubstr("403 "), HasSubstr("--admin_token_file")));
}

TEST_F(CounterStateTest, NeitherRoleTakesTheStateOfTheOther) {
  StartSite();
  EXPECT_EQ(site_->counter(0).Terminate(), 0);
  const Ended ended =
      RunToEnd(GmewatchdPath(), {"--state_dir=" + site_->StateDir(0),
                                 "--ingest_address=127.0.0.1:0", "--admin_address=127.0.0.1:0"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.error, HasSubstr("this is the state of a gmewatchd with role counter"));
}

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
    return EventsOf(process.Scrape(), "1005", "client");
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
  for (const uint64_t sequence : {2U, 3U, 4U, 4U}) Report(site.ingest_address(0), sequence);
  for (const size_t counter : {0U, 1U}) {
    ASSERT_TRUE(AwaitReady(site.counter(counter)));
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
  for (const uint64_t sequence : {4U, 5U}) Report(daemon->ingest_address(), sequence);
  EXPECT_EQ(Events(*daemon), 15);
}

}  // namespace
}  // namespace gmewatch
