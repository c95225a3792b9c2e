// gmectl state: a backup while gmewatchd counts, and its restore.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;

class StateTest : public ::testing::Test {
 protected:
  std::unique_ptr<GmewatchdProcess> Start() {
    auto daemon = GmewatchdProcess::Start(
        {"--state_dir=" + state_,
         "--config=" + dir_.Write("settings.yaml", "log: {checkpoint_interval: 1s}\n")});
    EXPECT_TRUE(daemon.ok()) << daemon.status();
    return daemon.ok() ? *std::move(daemon) : nullptr;
  }
  Ended State(const std::string& verb, const std::string& backup) const {
    return RunToEnd(GmectlPath(), {"state", verb, backup, "--state_dir=" + state_});
  }

  TempDir dir_;
  const std::string state_ = dir_.File("state");
};

TEST_F(StateTest, ABackupUnderLoadIsSoundAndHasWhatWasAcknowledgedBefore) {
  auto daemon = Start();
  ASSERT_NE(daemon, nullptr);
  std::atomic<uint64_t> acknowledged{0};
  std::atomic<bool> stop{false};
  std::thread sender([&] {
    WireClient client(daemon->ingest_address());
    const v1::Session session = MakeSession("demo", "eu");
    for (uint64_t i = 1; !stop; ++i) {
      if (client.Report(MakeRequest(session, i, {{1005, 1}})).ok()) acknowledged = i;
    }
  });
  constexpr int kBackups = 8;
  std::vector<std::pair<uint64_t, uint64_t>> bounds;
  for (int i = 0; i < kBackups; ++i) {
    const uint64_t before = acknowledged;
    const Ended ended = State("backup", dir_.File(absl::StrCat("backup", i)));
    EXPECT_EQ(ended.status, 0) << ended.error;
    bounds.emplace_back(before, acknowledged + 1);
    // Checkpoints come in between.
    const uint64_t more = acknowledged + 200;
    EXPECT_TRUE(AwaitTrue([&] { return acknowledged >= more; }, absl::Seconds(60)));
  }
  stop = true;
  sender.join();
  EXPECT_EQ(daemon->Terminate(), 0);
  EXPECT_EQ(State("backup", dir_.File("stopped")).status, 0);
  for (int i = 0; i < kBackups; ++i) {
    const std::string backup = dir_.File(absl::StrCat("backup", i));
    const Ended sound = RunToEnd(GmewatchdPath(), {"--check_state", "--state_dir=" + backup});
    EXPECT_EQ(sound.status, 0) << sound.output << sound.error;
  }

  // The last one is restored, in place of a state that has more.
  const std::string last = dir_.File(absl::StrCat("backup", kBackups - 1));
  ASSERT_EQ(chown(state_.c_str(), getuid() == 0 ? 12345 : getuid(), getgid()), 0);
  const Ended restored = State("restore", last);
  EXPECT_EQ(restored.status, 0) << restored.error;
  EXPECT_THAT(restored.output, HasSubstr("what was there is in " + state_ + "/replaced-1"));
  EXPECT_THAT(restored.output, HasSubstr("instance"));
  struct stat directory {};
  ASSERT_EQ(stat(state_.c_str(), &directory), 0);
  for (const char* file : {"/journal.db", "/state.db", "/lock", "/rejected"}) {
    struct stat found {};
    ASSERT_EQ(stat((state_ + file).c_str(), &found), 0) << file;
    EXPECT_EQ(found.st_uid, directory.st_uid) << file;
    EXPECT_EQ(found.st_mode & 0777, 0600) << file;
  }
  daemon = Start();
  ASSERT_NE(daemon, nullptr);
  EXPECT_THAT(SumOf(daemon->Scrape(), "gme_error_events_total"),
              AllOf(Ge(bounds.back().first), Le(bounds.back().second)));
}

TEST_F(StateTest, ARunningGmewatchdIsNotRestoredUnder) {
  const auto daemon = Start();
  ASSERT_NE(daemon, nullptr);
  const std::string backup = dir_.File("backup");
  ASSERT_EQ(State("backup", backup).status, 0);
  const Ended used = State("restore", backup);
  EXPECT_EQ(used.status, 1);
  EXPECT_THAT(used.error, HasSubstr("in use"));
  const Ended again = State("backup", backup);
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.error, HasSubstr("exists; allowed:"));
  EXPECT_EQ(State("restore", dir_.File("nothing")).status, 1);
  EXPECT_EQ(State("copy", backup).status, 2);
  EXPECT_FALSE(daemon->Scrape().empty());
}

TEST_F(StateTest, ExportSaysWhatItNeeds) {
  const auto run = [this](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"state", "export", dir_.File("new")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunToEnd(GmectlPath(), arguments);
  };
  EXPECT_THAT(run({}).error, HasSubstr("--role is \"\"; allowed: counter, all"));
  EXPECT_THAT(run({"--role=counter"}).error, HasSubstr("--config names the settings of a counter"));
  EXPECT_EQ(run({"--role=all", "--config=x"}).status, 2);
  EXPECT_EQ(State("backup", dir_.File("new")).status, 1);
  EXPECT_THAT(run({"--role=all", "--state_dir=" + state_}).error,
              HasSubstr("there is no state in " + state_));
}

}  // namespace
}  // namespace gmewatch
