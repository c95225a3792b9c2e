// SIGHUP applies settings and catalogue together, or neither.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kOneCode[] =
    "codes:\n- {value: 1, name: OLD, category: client, severity: error, action: none, solution: "
    "s}\nactions: [{name: none, who: nobody, steps: [s]}]\nimpacts: [{text: t}]\n";
constexpr char kTwoCodes[] =
    "codes:\n- {value: 1, name: NEW, category: client, severity: error, action: none, solution: "
    "s}\n- {value: 2, name: B, category: server, severity: error, action: none, solution: s}\n"
    "actions: [{name: none, who: nobody, steps: [s]}]\nimpacts: [{text: t}]\n";
constexpr char kOneApp[] = "apps: [{name: one, regions: [eu]}]\n";
constexpr char kTwoApps[] = "apps: [{name: one, regions: [eu]}, {name: two, regions: [eu]}]\n";

std::string InfoOf(const char* code, const char* name, const char* category) {
  return absl::StrCat("gme_error_code_info{code=\"", code, "\",name=\"", name, "\",category=\"",
                      category, "\",subcategory=\"\",severity=\"error\",action=\"none\"}");
}

class ReloadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string config = dir_.Write("settings.yaml", kOneApp);
    const std::string catalog = dir_.Write("catalog.yaml", kOneCode);
    auto daemon =
        GmewatchdProcess::Start({"--in_memory", "--config=" + config, "--catalog=" + catalog});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
  }

  void Reload(const std::string& result) { ASSERT_TRUE(daemon_->Reload(result)); }
  bool MayReport(const char* app) {
    WireClient client(daemon_->ingest_address());
    return client.Report(MakeRequest(MakeSession(app, "eu"), 1, {{1, 1}})).ok();
  }

  TempDir dir_;
  std::unique_ptr<GmewatchdProcess> daemon_;
};

TEST_F(ReloadTest, UsesANewCatalogue) {
  EXPECT_EQ(ValueOf(daemon_->Scrape(), InfoOf("1", "OLD", "client")), 1);
  dir_.Write("catalog.yaml", kTwoCodes);
  Reload("success");
  const Samples samples = daemon_->Scrape();
  EXPECT_EQ(ValueOf(samples, InfoOf("1", "OLD", "client")), -1);
  EXPECT_EQ(ValueOf(samples, InfoOf("1", "NEW", "client")), 1);
  EXPECT_EQ(ValueOf(samples, InfoOf("2", "B", "server")), 1);
  const std::string series = CodeSeries("gme_error_events_total", "2", "server", "eu", "one");
  EXPECT_EQ(daemon_->AwaitValue(series, 0), 0) << "the new code's series start at zero";
}

// With the documented catalogue, and an app whose settings say which SDK it uses.
TEST(OverlayReloadTest, CodesOfAnOverlayCountByTheirNumberAndMeanWhatTheAppsSdkMeans) {
  TempDir dir;
  const std::string config = dir.Write("settings.yaml", kOneApp);
  const std::string overlay =
      dir.Write("overlay.yaml",
                "codes:\n- {value: 4711, name: GAME, category: client, severity: error, action: "
                "fix_app, solution: s}\n");
  auto started =
      GmewatchdProcess::Start({"--in_memory", "--config=" + config, "--catalog_overlay=" + overlay,
                               "--catalog_overlay=gme_sdk_3"});
  ASSERT_TRUE(started.ok()) << started.status();
  GmewatchdProcess& daemon = **started;
  WireClient client(daemon.ingest_address());
  const std::string info =
      "gme_error_code_info{code=\"4711\",name=\"GAME\",category=\"client\","
      "subcategory=\"\",severity=\"error\",action=\"fix_app\"}";
  EXPECT_EQ(ValueOf(daemon.Scrape(), info), -1) << "it has not counted";
  ASSERT_TRUE(client.Report(MakeRequest(MakeSession("one", "eu"), 1, {{4711, 2}, {1007, 3}})).ok());
  const std::string game = CodeSeries("gme_error_events_total", "4711", "client", "eu", "one");
  EXPECT_EQ(daemon.AwaitValue(game, 2), 2);
  EXPECT_EQ(ValueOf(daemon.Scrape(), info), 1);
  const auto name_of_1007 = [&daemon] {
    for (const auto& [series, value] : daemon.Scrape()) {
      if (absl::StartsWith(series, "gme_error_code_info{code=\"1007\"")) return series;
    }
    return std::string();
  };
  EXPECT_THAT(name_of_1007(), HasSubstr("AV_ERR_NOT_IN_MAIN_THREAD"));
  dir.Write("settings.yaml", "apps: [{name: one, regions: [eu], sdk_major: 3}]\n");
  ASSERT_TRUE(daemon.Reload("success"));
  EXPECT_THAT(name_of_1007(), HasSubstr("AV_ERR_REF"));
  // A wrong overlay changes nothing.
  dir.Write("overlay.yaml",
            "codes:\n- {value: 1005, name: MINE, category: client, severity: error, "
            "action: fix_app, solution: s}\n");
  ASSERT_TRUE(daemon.Reload("failure"));
  EXPECT_EQ(ValueOf(daemon.Scrape(), info), 1);
  EXPECT_EQ(ValueOf(daemon.Scrape(), game), 2);
}

TEST_F(ReloadTest, KeepsBothOldFilesIfOneNewFileIsWrong) {
  dir_.Write("settings.yaml", kTwoApps);
  dir_.Write("catalog.yaml", "codes: []\n");
  Reload("failure");
  EXPECT_FALSE(MayReport("two"));
  EXPECT_TRUE(MayReport("one"));
  dir_.Write("settings.yaml", "apps: [{name: one}]\n");
  dir_.Write("catalog.yaml", kTwoCodes);
  Reload("failure");
  EXPECT_TRUE(MayReport("one"));
  const Samples samples = daemon_->Scrape();
  EXPECT_EQ(ValueOf(samples, InfoOf("1", "OLD", "client")), 1);
  EXPECT_EQ(ValueOf(samples, InfoOf("2", "B", "server")), -1);
  EXPECT_EQ(ValueOf(samples, "gmewatch_config_last_reload_successful"), 0);
  dir_.Write("settings.yaml", kTwoApps);
  Reload("success");
  EXPECT_TRUE(MayReport("two"));
  EXPECT_EQ(ValueOf(daemon_->Scrape(), "gmewatch_config_last_reload_successful"), 1);
}

TEST_F(ReloadTest, SeriesStayWhenTheirAppIsGone) {
  ASSERT_TRUE(MayReport("one"));
  dir_.Write("settings.yaml", "apps: [{name: two, regions: [eu]}]\n");
  Reload("success");
  EXPECT_FALSE(MayReport("one"));
  EXPECT_TRUE(MayReport("two"));
  EXPECT_EQ(
      ValueOf(daemon_->Scrape(), CodeSeries("gme_error_events_total", "1", "client", "eu", "one")),
      1);
}

TEST_F(ReloadTest, SaysWhichSettingsWaitForARestart) {
  constexpr char kWaiting[] = "change with the next start only settings=";
  dir_.Write("settings.yaml", absl::StrCat(kOneApp, "expose: {hide_solution_info: true}\n"));
  Reload("success");
  EXPECT_THAT(daemon_->process().error(), Not(HasSubstr(kWaiting)));
  dir_.Write("settings.yaml", absl::StrCat(kOneApp,
                                           "log: {commit_interval: 7ms}\n"
                                           "ingest: {max_message_bytes: 7000}\n"));
  Reload("success");
  EXPECT_TRUE(daemon_->process().AwaitError(
      absl::StrCat(kWaiting, "\"ingest.max_message_bytes log.commit_interval\"\n")));
  // Compared with the settings of the start, not with those of the last reload.
  dir_.Write("settings.yaml", absl::StrCat(kOneApp, "log: {commit_interval: 7ms}\n"));
  Reload("success");
  EXPECT_TRUE(daemon_->process().AwaitError(absl::StrCat(kWaiting, "log.commit_interval\n")));
}

TEST_F(ReloadTest, AFileThatWasCutOffChangesNothing) {
  dir_.Write("settings.yaml", "apps: [{name: one, regions: [eu], keys: [12345678]}]\n");
  Reload("success");
  EXPECT_FALSE(MayReport("one")) << "a key is needed now";
  for (const char* text :
       {"", "# apps\n", "apps:\n", "apps: []\n", "limits: {max_sessions: 5000}\n", "apps: [{na",
        "apps: [{name: one, regions: [eu]}]\n"}) {
    dir_.Write("settings.yaml", text);
    Reload("failure");
    EXPECT_FALSE(MayReport("one")) << text;
    EXPECT_FALSE(MayReport("stranger")) << text;
    const Samples samples = daemon_->Scrape();
    EXPECT_EQ(ValueOf(samples, "gmewatch_config_last_reload_successful"), 0) << text;
    EXPECT_EQ(ValueOf(samples, "gmewatch_open_mode"), 0) << text;
  }
  EXPECT_TRUE(daemon_->process().AwaitError("has no settings: it is empty or has only comments"));
  EXPECT_TRUE(daemon_->process().AwaitError("lists no apps any more"));
  EXPECT_TRUE(daemon_->process().AwaitError("has no keys any more"));
}

// Kubernetes swaps a symbolic link of the folder, editors rename a new file over the old one.
TEST_F(ReloadTest, FollowsASwappedLinkAndARenamedFile) {
  namespace fs = std::filesystem;
  fs::create_directory(dir_.File("v1"));
  fs::create_directory(dir_.File("v2"));
  dir_.Write("v1/settings.yaml", kOneApp);
  dir_.Write("v2/settings.yaml", kTwoApps);
  fs::create_directory_symlink("v1", dir_.File("..data"));
  fs::create_symlink("..data/settings.yaml", dir_.File("linked.yaml"));
  auto daemon = GmewatchdProcess::Start({"--in_memory", "--config=" + dir_.File("linked.yaml")});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  daemon_ = *std::move(daemon);
  EXPECT_FALSE(MayReport("two"));
  fs::create_directory_symlink("v2", dir_.File("..data_tmp"));
  fs::rename(dir_.File("..data_tmp"), dir_.File("..data"));
  fs::remove_all(dir_.File("v1"));
  Reload("success");
  EXPECT_TRUE(MayReport("two"));

  dir_.Write("v2/settings.yaml~", kOneApp);
  fs::rename(dir_.File("v2/settings.yaml~"), dir_.File("v2/settings.yaml"));
  Reload("success");
  EXPECT_FALSE(MayReport("two"));
}

TEST(OpenModeTest, ASettingsFileWithoutAppsNeedsTheFlag) {
  const TempDir dir;
  const auto start = [&dir](const char* text, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"--check_config",
                                          "--config=" + dir.Write("settings.yaml", text)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunToEnd(GmewatchdPath(), arguments);
  };
  const Ended none = start("limits: {max_sessions: 5000}\n", {});
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.error, HasSubstr("start with --open if that is meant"));
  EXPECT_EQ(start("limits: {max_sessions: 5000}\n", {"--open"}).status, 0);
  EXPECT_EQ(start(kOneApp, {}).status, 0);
  for (const char* text : {"", "# a comment\n"}) {
    const Ended nothing = start(text, {"--open"});
    EXPECT_EQ(nothing.status, 2);
    EXPECT_THAT(nothing.error, HasSubstr("has no settings"));
  }
  auto daemon = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  EXPECT_EQ(ValueOf((*daemon)->Scrape(), "gmewatch_open_mode"), 1);
  EXPECT_TRUE((*daemon)->process().AwaitError("WARNING open mode: "));
}

TEST(OpenModeTest, AnAddressThatOthersReachNeedsTheFlag) {
  const std::vector<std::string> arguments = {"--in_memory", "--ingest_address=0.0.0.0:0",
                                              "--admin_address=127.0.0.1:0"};
  const Ended rejected = RunToEnd(GmewatchdPath(), arguments);
  EXPECT_EQ(rejected.status, 2);
  EXPECT_THAT(rejected.error,
              HasSubstr("--ingest_address=0.0.0.0:0 can be reached from elsewhere"));
  auto open = GmewatchdProcess::Start({"--in_memory", "--open", "--ingest_address=0.0.0.0:0"});
  ASSERT_TRUE(open.ok()) << open.status();
  EXPECT_TRUE((*open)->process().AwaitError("WARNING a port for clients is not on loopback"));
  const Samples samples = (*open)->Scrape();
  EXPECT_EQ(ValueOf(samples, "gmewatch_danger{reason=\"plain_text\"}"), 1);
  EXPECT_EQ(ValueOf(samples, "gmewatch_danger{reason=\"open_mode\"}"), 1);
  EXPECT_EQ(ValueOf(samples, "gmewatch_danger{reason=\"admin_reachable\"}"), 0);
}

TEST_F(ReloadTest, ASecretThatEveryUserMayReadIsRejected) {
  namespace fs = std::filesystem;
  const std::string file = dir_.Write(
      "settings.yaml", "apps: [{name: two, regions: [eu], relay_keys: [a-relay-key]}]\n");
  fs::permissions(file, fs::perms::others_read, fs::perm_options::add);
  Reload("failure");
  EXPECT_TRUE(daemon_->process().AwaitError("every user of this machine may read it"));
  EXPECT_FALSE(MayReport("two"));
  fs::permissions(file, fs::perms::others_read, fs::perm_options::remove);
  Reload("success");
  EXPECT_TRUE(MayReport("two"));
}

}  // namespace
}  // namespace gmewatch
