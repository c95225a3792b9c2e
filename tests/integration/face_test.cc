// gmewatchd on the command line: its output, the place of its state, its exit status.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(FaceTest, TheReadyLineIsAllOfStandardOutputAndNamesThePortsThatWereTaken) {
  auto daemon = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  EXPECT_EQ(HttpFetch((*daemon)->admin_address(), "/readyz")->status, 200);
  {
    WireClient client((*daemon)->ingest_address());
    EXPECT_TRUE(client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok());
  }
  EXPECT_EQ((*daemon)->Terminate(), 0);
  EXPECT_THAT(
      (*daemon)->process().output(),
      MatchesRegex("ready ingest=127\\.0\\.0\\.1:[1-9][0-9]* admin=127\\.0\\.0\\.1:[1-9][0-9]*\n"));
  EXPECT_THAT((*daemon)->process().error(), HasSubstr("stopping"));
}

TEST(FaceTest, HelpNamesTheFlagsAndTheirDefaults) {
  const Ended help = RunToEnd(GmewatchdPath(), {"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* flag : {"--config ", "--ingest_address ", "(127.0.0.1:4747)\n",
                           "--admin_address ", "(127.0.0.1:9747)\n", "--state_dir ", "--in_memory ",
                           "--catalog ", "--check_config ", "--check_state ", "--version "}) {
    EXPECT_THAT(help.output, HasSubstr(flag));
  }
  EXPECT_EQ(help.error, "");
}

// Checks that the state is in `expected`. `state_dir` is the value of the flag; empty: no flag.
void CheckState(const std::string& state_dir, std::vector<std::string> environment,
                const std::string& expected) {
  ChildOptions options;
  options.environment = std::move(environment);
  std::vector<std::string> arguments;
  if (!state_dir.empty()) arguments.push_back("--state_dir=" + state_dir);
  auto daemon = GmewatchdProcess::Start(std::move(arguments), "", options);
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  EXPECT_TRUE(std::filesystem::exists(expected + "/journal.db")) << expected;
}

TEST(FaceTest, StateGoesWhereTheFlagOrSystemdOrTheUsersEnvironmentSays) {
  const TempDir dir;
  const std::string systemd = "STATE_DIRECTORY=" + dir.File("systemd");
  const std::string xdg = "XDG_STATE_HOME=" + dir.File("xdg");
  const std::string home = "HOME=" + dir.File("home");
  CheckState(dir.File("flag"), {systemd, xdg, home}, dir.File("flag"));
  CheckState("", {systemd, xdg, home}, dir.File("systemd"));
  CheckState("", {"STATE_DIRECTORY=", xdg, home}, dir.File("xdg/gmewatch"));
  CheckState("", {"STATE_DIRECTORY=", "XDG_STATE_HOME=", home},
             dir.File("home/.local/state/gmewatch"));
}

TEST(FaceTest, WrongFilesStopTheStartWithFileLineAndColumn) {
  const TempDir dir;
  const auto fault = [&](const char* flag, const char* text) {
    const std::string file = dir.Write("file.yaml", text);
    const Ended run =
        RunToEnd(GmewatchdPath(), {"--in_memory", absl::StrCat("--", flag, "=", file)});
    EXPECT_EQ(run.status, 2) << text;
    EXPECT_EQ(run.output, "") << text;
    return run.error;
  };
  EXPECT_THAT(fault("config", "log:\n  commit_interval: 2s\n"), HasSubstr("file.yaml:2:20: "));
  EXPECT_THAT(fault("config", "logs: {}\n"), HasSubstr("file.yaml:1:1: "));
  EXPECT_THAT(fault("catalog", "codes:\n- {value: 1, name: A, category: other}\n"),
              HasSubstr("file.yaml:2:"));
  const std::string catalog = dir.Write("file.yaml", "codes:\n- {value: 0}\n");
  const Ended checked = RunToEnd(GmewatchdPath(), {"--check_config", "--catalog=" + catalog});
  EXPECT_EQ(checked.status, 2);
  EXPECT_THAT(checked.error, HasSubstr("file.yaml:2:11: value 0 is AV_OK"));
}

TEST(FaceTest, AnErrorOfTheSystemIsAFailureAndNotWrongUsage) {
  const TempDir dir;
  const std::string file = dir.Write("file", "not a directory");
  const Ended run = RunToEnd(GmewatchdPath(), {"--state_dir=" + file, "--admin_address=127.0.0.1:0",
                                               "--ingest_address=127.0.0.1:0"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.error, HasSubstr(file));
}

}  // namespace
}  // namespace gmewatch
