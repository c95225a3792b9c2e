// What gmewatchd does and then ends: versions, wrong usage, checks of files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

Ended RunToEnd(std::vector<std::string> arguments) {
  return gmewatch::RunToEnd(GmewatchdPath(), std::move(arguments));
}

class OneShotTest : public ::testing::Test {
 protected:
  TempDir dir_;
};

TEST_F(OneShotTest, SaysItsVersionAndRejectsWrongUsage) {
  EXPECT_THAT(RunToEnd({"--version"}).output,
              ContainsRegex("^gmewatchd [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_THAT(RunToEnd({"--version"}).output,
              ContainsRegex("\nruns with gRPC/[0-9.]+ SQLite/[0-9.]+ libcurl/[0-9.]+ OpenSSL/"));
  EXPECT_EQ(RunToEnd({"--version"}).status, 0);
  EXPECT_EQ(RunToEnd({"--no_such_flag"}).status, 2);
  EXPECT_EQ(RunToEnd({"stray"}).status, 2);
  EXPECT_EQ(
      RunToEnd({"--in_memory", "--ingest_address=nowhere", "--admin_address=127.0.0.1:0"}).status,
      2);
  EXPECT_EQ(RunToEnd({"--in_memory", "--admin_address=nowhere"}).status, 2);
  EXPECT_EQ(RunToEnd({"--in_memory", "--config=" + dir_.File("absent")}).status, 2);
}

TEST_F(OneShotTest, CheckConfigNamesFileLineAndColumn) {
  const std::string good = dir_.Write("good.yaml", "limits: {max_sessions: 5000}\n");
  EXPECT_EQ(RunToEnd({"--check_config", "--open", "--config=" + good}).status, 0);
  const std::string bad = dir_.Write("bad.yaml", "limits:\n  max_sesions: 5000\n");
  const Ended run = RunToEnd({"--check_config", "--config=" + bad});
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.error, HasSubstr("bad.yaml:2:3: "));
  EXPECT_THAT(run.error, HasSubstr("max_sesions"));
  const std::string catalog = dir_.Write("catalog.yaml", "codes:\n- {value: 1, name: A}\n");
  EXPECT_EQ(RunToEnd({"--check_config", "--catalog=" + catalog}).status, 2);
}

TEST_F(OneShotTest, CheckStateSaysWhatIsThereAndWhatIsWrong) {
  const std::string state = dir_.File("state");
  const Ended absent = RunToEnd({"--check_state", "--state_dir=" + state});
  EXPECT_EQ(absent.status, 1);
  EXPECT_THAT(absent.error, HasSubstr("there is no state in " + state));
  EXPECT_EQ(RunToEnd({"--check_state", "--in_memory"}).status, 2);

  auto started = GmewatchdProcess::Start({"--state_dir=" + state});
  ASSERT_TRUE(started.ok()) << started.status();
  const auto daemon = *std::move(started);
  EXPECT_THAT(daemon->process().error(), HasSubstr("all counters start at zero state_dir="));
  WireClient client(daemon->ingest_address());
  ASSERT_TRUE(client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 20}})).ok());
  const Ended used = RunToEnd({"--check_state", "--state_dir=" + state});
  EXPECT_EQ(used.status, 1);
  EXPECT_THAT(used.error, HasSubstr("is in use by process "));
  EXPECT_EQ(daemon->Terminate(), 0);

  const Ended sound = RunToEnd({"--check_state", "--state_dir=" + state});
  EXPECT_EQ(sound.status, 0) << sound.error;
  EXPECT_THAT(sound.output, HasSubstr("1 batches counted, 1 sessions, 1 (app, region) pairs"));
  const Ended shell =
      gmewatch::RunToEnd("sqlite3", {state + "/state.db", "UPDATE counters SET events = 21"});
  ASSERT_EQ(shell.status, 0) << shell.error;
  const Ended damaged = RunToEnd({"--check_state", "--state_dir=" + state});
  EXPECT_EQ(damaged.status, 1);
  EXPECT_THAT(damaged.error, HasSubstr("(app demo, region eu)"));
  EXPECT_THAT(damaged.error, HasSubstr("deploy/README.md"));
}

}  // namespace
}  // namespace gmewatch
