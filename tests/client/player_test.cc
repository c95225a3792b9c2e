// A player's device: addresses that do not answer, sleep, too few descriptors and threads, and the
// library in several modules of one game.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/time_util.h"
#include "tests/support/child_process.h"
#include "tests/support/moved_clock.h"
#include "tests/support/scripted_server.h"
#include "tests/support/silent_listener.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::string PortOf(const std::string& address) {
  return std::vector<std::string>(absl::StrSplit(address, ':')).back();
}

absl::Duration AgeOf(const ReceivedBatch& batch) {
  return absl::Nanoseconds(
      google::protobuf::util::TimeUtil::DurationToNanoseconds(batch.request.age()));
}

// The player in a mount namespace where `hosts` is /etc/hosts.
Ended RunWithHosts(const std::string& hosts, const std::string& arguments) {
  const TempDir dir;
  const std::string file = dir.Write("hosts", hosts);
  return RunToEnd("/usr/bin/unshare", {"--mount", "/bin/sh", "-c",
                                       absl::StrCat("mount --bind ", file, " /etc/hosts && exec ",
                                                    REPORTER_PLAYER_PATH, " ", arguments)});
}

TEST(PlayerTest, ADeadAddressBeforeAGoodOneDelaysDeliveryOnly) {
  if (RunToEnd("/usr/bin/unshare", {"--mount", "true"}).status != 0) {
    GTEST_SKIP() << "no mount namespaces here";
  }
  for (const auto kind :
       {SilentListener::Kind::kDropsConnects, SilentListener::Kind::kAcceptsAndIsSilent}) {
    ScriptedServer server;
    const std::string port = PortOf(server.address());
    const SilentListener dead(kind, "::1", std::stoi(port));
    const Ended run = RunWithHosts("::1 two.example\n127.0.0.1 two.example\n",
                                   absl::StrCat("two.example:", port, " report:5 flush:14000"));
    EXPECT_THAT(run.output, HasSubstr("flush true")) << run.error;
    EXPECT_THAT(server.counts(), ElementsAre(Pair(1005, 5)));
  }
}

TEST(PlayerTest, ABatchThatSleptBeyondTheHorizonIsGivenUp) {
  ScriptedServer server;
  ScriptedAnswer lost;  // counted, but the answer is lost
  lost.status = absl::UnavailableError("lost");
  server.Next(lost);
  server.Next(Failure(absl::UnavailableError("away"), absl::Minutes(1)));
  MovedClock clock;
  const auto player =
      ChildProcess::Start(REPORTER_PLAYER_PATH,
                          {server.address(), "report:10", "flush:1", "await_failures:2",
                           "await_sleep", "report:1", "flush:20000", "stats"},
                          clock.Options());
  ASSERT_TRUE(player.ok());
  ASSERT_TRUE((*player)->AwaitOutput("done await_failures"));
  clock.Suspend(absl::Hours(25));
  ASSERT_EQ((*player)->Wait(), 0) << (*player)->error();
  EXPECT_THAT((*player)->output(), HasSubstr("stats acknowledged=1 rejected=0 lost=10 pending=0"));
  EXPECT_EQ(server.counted_events(), 11U);
  EXPECT_THAT(server.losses(), ElementsAre(Pair(v1::ClientLoss::EXPIRED, 10)));
}

TEST(PlayerTest, EventsFromBeforeASleepAreAsOldAsTheyAre) {
  ScriptedServer server;
  MovedClock clock;
  const auto player = ChildProcess::Start(
      REPORTER_PLAYER_PATH, {server.address(), "report:10", "await_sleep", "flush:20000"},
      clock.Options());
  ASSERT_TRUE(player.ok());
  ASSERT_TRUE((*player)->AwaitOutput("done report"));
  clock.Suspend(absl::Hours(8));
  ASSERT_EQ((*player)->Wait(), 0) << (*player)->error();
  ASSERT_EQ(server.received().size(), 1U);
  EXPECT_GE(AgeOf(server.received().front()), absl::Hours(8));
}

TEST(PlayerTest, TooFewDescriptorsAreAFailedAttemptAndNoEndOfTheGame) {
  for (int left = 0; left <= 20; ++left) {
    ScriptedServer server;
    const Ended run = RunToEnd(REPORTER_PLAYER_PATH,
                               {server.address(), absl::StrCat("take_files:", left), "report:3",
                                "flush:300", "stats", "free_files", "flush:20000", "stats"});
    ASSERT_EQ(run.status, 0) << left << " left: " << run.error;
    EXPECT_EQ(server.counted_events(), 3U) << left << " left: " << run.output;
    if (left >= 16) continue;
    EXPECT_THAT(run.output,
                HasSubstr(absl::StrCat("gives this process ", left, " more file descriptors")));
    EXPECT_THAT(run.output, HasSubstr("RLIMIT_NOFILE"));
  }
}

TEST(PlayerTest, DescriptorsThatRunOutWhileItIsIdleDoNotEndTheGame) {
  for (int left = 0; left <= 8; ++left) {
    ScriptedServer server;
    const Ended run =
        RunToEnd(REPORTER_PLAYER_PATH, {server.address(), "report:3", "flush:20000", "await_idle",
                                        absl::StrCat("take_files:", left), "report:3", "flush:300",
                                        "stats", "free_files", "flush:20000"});
    ASSERT_EQ(run.status, 0) << left << " left: " << run.error;
    EXPECT_EQ(server.counted_events(), 6U) << left << " left: " << run.output;
  }
}

TEST(PlayerTest, TooFewThreadsAreAFailedAttemptThatEndsInTime) {
  // Memory for the stacks of about so many threads; root has no limit on their number.
  for (const int mebibytes : {1, 20, 40, 60}) {
    ScriptedServer server;
    const Ended run =
        RunToEnd(REPORTER_PLAYER_PATH,
                 {server.address(), absl::StrCat("leave_memory:", mebibytes), "report:3",
                  "flush:300", "stats", "leave_memory:0", "flush:20000", "stats"});
    ASSERT_EQ(run.status, 0) << mebibytes << " MiB: " << run.error;
    EXPECT_THAT(run.output, HasSubstr("more threads, and gRPC needs"));
    EXPECT_EQ(server.counted_events(), 3U) << mebibytes << " MiB: " << run.output;
  }
}

TEST(PlayerTest, SeveralModulesOfOneGameMayHaveTheLibrary) {
  ScriptedServer server;
  const Ended run =
      RunToEnd(MODULE_HOST_PATH, {server.address(), MODULE_ONE_PATH, MODULE_TWO_PATH});
  ASSERT_EQ(run.status, 0) << run.error;
  EXPECT_THAT(server.counts(), ElementsAre(Pair(1, 1), Pair(2, 1)));
}

}  // namespace
}  // namespace gmewatch
