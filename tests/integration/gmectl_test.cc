// gmectl as a process, against gmewatchd: what it sends is counted, and its exit status tells.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

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

TEST_F(GmectlSendTest, WhatItSaysWasCountedIsCounted) {
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

TEST_F(GmectlSendTest, ItsExitStatusTells) {
  EXPECT_EQ(Send("right-key", {"1005"}).status, 0);
  EXPECT_EQ(Send("wrong-key", {"1005"}).status, 1);
  EXPECT_EQ(Send("right-key", {"1005:0"}).status, 2);
  EXPECT_EQ(Send("right-key", {"--no_such_flag", "1005"}).status, 2);
  EXPECT_EQ(daemon_->Terminate(), 0);
  EXPECT_EQ(Send("right-key", {"--timeout=300ms", "1005"}).status, 3);
  EXPECT_EQ(RunToEnd(GmectlPath(), {"no_such_command"}).status, 2);
}

}  // namespace
}  // namespace gmewatch
