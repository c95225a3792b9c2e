// gmectl and gmewatchd as processes: what gmectl sends is counted, and its exit status is right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>

#include "absl/strings/match.h"
#include "tests/support/gmewatchd_process.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

class GmectlSendTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto daemon = GmewatchdProcess::Start(
        {"--state_dir=" + dir_.File("state"),
         "--config=" + dir_.Write("settings.yaml",
                                  "apps:\n- {name: demo, regions: [eu], keys: [right-key]}\n")});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
  }
  Ended Send(const std::string& key, std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"send", "--address=" + daemon_->ingest_address(),
                                          "--app=demo", "--region=eu",
                                          "--key_file=" + dir_.Write("key", key)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunToEnd(GmectlPath(), std::move(arguments));
  }

  TempDir dir_;
  std::unique_ptr<GmewatchdProcess> daemon_;
};

TEST_F(GmectlSendTest, WhatItReportsAsCountedIsCounted) {
  const Ended run = Send("right-key\n", {"1005:20", "10003", "0:5"});
  EXPECT_EQ(run.status, 0) << run.error;
  EXPECT_THAT(run.output, HasSubstr("counted: 26 events of app demo, region eu"));
  EXPECT_EQ(daemon_->Terminate(), 0);
  const Ended shell =
      RunToEnd("sqlite3", {dir_.File("state/state.db"),
                           "SELECT app, region, code, events FROM error_events WHERE events > 0 "
                           "ORDER BY events"});
  EXPECT_EQ(shell.status, 0) << shell.error;
  EXPECT_EQ(shell.output, "demo|eu|10003|1\ndemo|eu|1005|20\n");
}

TEST_F(GmectlSendTest, TheExitStatusSaysWhatHappened) {
  EXPECT_EQ(Send("right-key", {"1005"}).status, 0);
  EXPECT_EQ(Send("wrong-key", {"1005"}).status, 1);
  EXPECT_EQ(Send("right-key", {"1005:0"}).status, 2);
  EXPECT_EQ(Send("right-key", {"--no_such_flag", "1005"}).status, 2);
  EXPECT_EQ(daemon_->Terminate(), 0);
  EXPECT_EQ(Send("right-key", {"--timeout=300ms", "1005"}).status, 3);
  EXPECT_EQ(RunToEnd(GmectlPath(), {"no_such_command"}).status, 2);
}

// The daemon runs on a port of its own, which a second daemon can take over.
class GmectlViewTest : public ::testing::Test {
 protected:
  void SetUp() override { Start("127.0.0.1:0"); }
  void Start(const std::string& admin) {
    auto daemon = GmewatchdProcess::Start({"--in_memory", "--admin_address=" + admin});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
    admin_ = daemon_->admin_address();
  }
  Ended Ask(std::vector<std::string> arguments) const {
    arguments.push_back("--admin_address=" + admin_);
    return RunToEnd(GmectlPath(), std::move(arguments));
  }

  std::string admin_;
  std::unique_ptr<GmewatchdProcess> daemon_;
};

TEST_F(GmectlViewTest, NeedsOnlyTheDaemon) {
  const Ended sent = RunToEnd(GmectlPath(), {"send", "--address=" + daemon_->ingest_address(),
                                             "--app=demo", "--region=eu", "1005:20"});
  ASSERT_EQ(sent.status, 0) << sent.error;
  EXPECT_TRUE(
      AwaitTrue([this] { return absl::StrContains(Ask({"top"}).output, "1005  AV_ERR_TIMEOUT"); },
                absl::Seconds(60), absl::Milliseconds(200)));
  const Ended spikes = Ask({"spikes"});
  EXPECT_EQ(spikes.status, 0) << spikes.error;
  EXPECT_THAT(spikes.output, HasSubstr("calm, no spike"));
  const Ended live = Ask({"explain", "--live", "1005"});
  EXPECT_EQ(live.status, 0) << live.error;
  EXPECT_THAT(live.output, HasSubstr("\nNow ("));
  EXPECT_EQ(daemon_->Terminate(), 0);
  const Ended down = Ask({"spikes"});
  EXPECT_EQ(down.status, 3);
  EXPECT_THAT(down.error, HasSubstr("Failed to connect"));
}

TEST_F(GmectlViewTest, WatchGoesOnWhileTheDaemonIsDownAndEndsAtCtrlC) {
  auto watch =
      ChildProcess::Start(GmectlPath(), {"spikes", "--watch=0.2", "--admin_address=" + admin_});
  ASSERT_TRUE(watch.ok()) << watch.status();
  EXPECT_TRUE((*watch)->AwaitOutput("calm, no spike"));
  EXPECT_EQ(daemon_->Terminate(), 0);
  EXPECT_TRUE((*watch)->AwaitError("Failed to connect"));
  const size_t before = (*watch)->output().size();
  Start(admin_);
  EXPECT_TRUE(AwaitTrue([&] { return (*watch)->output().size() > before; }, absl::Seconds(30)));
  (*watch)->Signal(SIGINT);
  EXPECT_EQ((*watch)->Wait(), 0);
}

TEST(GmectlColourTest, IsForTerminalsUnlessSwitchedOff) {
  const auto on_a_terminal = [](const std::string& environment) {
    const Ended run = RunToEnd(
        "script", {"-qec", environment + " " + GmectlPath() + " explain 1005", "/dev/null"});
    EXPECT_EQ(run.status, 0) << run.error;
    return run.output;
  };
  EXPECT_THAT(on_a_terminal("NO_COLOR= TERM=xterm"), HasSubstr("\x1b[1mMitigation"));
  EXPECT_THAT(on_a_terminal("NO_COLOR=1 TERM=xterm"), ::testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(on_a_terminal("NO_COLOR= TERM=dumb"), ::testing::Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace gmewatch
