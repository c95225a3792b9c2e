// The thread that takes new connections stands still.
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"
#include "tests/support/notify_socket.h"

namespace gmewatch {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(3);

// The thread of this name; 0 if it does not exist.
pid_t ThreadOf(pid_t process, const std::string& name) {
  for (const auto& entry :
       std::filesystem::directory_iterator(absl::StrCat("/proc/", process, "/task"))) {
    pid_t thread = 0;
    if (ReadFile(entry.path() / "comm") == name + "\n" &&
        absl::SimpleAtoi(entry.path().filename().string(), &thread)) {
      return thread;
    }
  }
  return 0;
}

bool Halt(pid_t thread) {
  return ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) == 0 &&
         ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr) == 0 &&
         waitpid(thread, nullptr, __WALL) == thread;
}

bool AwaitReadyz(const GmewatchdProcess& daemon, int status) {
  return AwaitTrue(
      [&] {
        const absl::StatusOr<HttpReply> reply = HttpFetch(daemon.admin_address(), "/readyz");
        return reply.ok() && reply->status == status;
      },
      kPatience, absl::Milliseconds(50));
}

// How many messages of the watchdog come until `quiet` passes without one, at most `most`.
int WatchdogMessages(const NotifySocket& socket, absl::Duration quiet, int most) {
  int messages = 0;
  while (messages < most && socket.Next(quiet) == "WATCHDOG=1") ++messages;
  return messages;
}

TEST(DeadListenerTest, TheServiceManagerHearsThatItLivesUntilTheListenerIsDead) {
  constexpr absl::Duration kTwoIntervals = absl::Seconds(25);
  const TempDir dir;
  for (const std::string& name :
       {dir.File("notify"), absl::StrCat("@gmewatch-test-", getpid(), "-dead")}) {
    const NotifySocket socket(name);
    ChildOptions options;
    options.environment = {"NOTIFY_SOCKET=" + name};
    auto started = GmewatchdProcess::Start({"--in_memory"}, "", options);
    ASSERT_TRUE(started.ok()) << started.status();
    const std::unique_ptr<GmewatchdProcess> daemon = *std::move(started);
    EXPECT_EQ(socket.Next(kPatience), "WATCHDOG=1") << "before it takes batches";
    EXPECT_EQ(socket.Next(kPatience), "READY=1");
    if (name.front() == '@') {
      EXPECT_EQ(daemon->Terminate(), 0);
      EXPECT_EQ(socket.Next(kPatience), "STOPPING=1");
      return;
    }
    EXPECT_EQ(WatchdogMessages(socket, kPatience, 2), 2);
    const pid_t acceptor = ThreadOf(daemon->process().pid(), "acceptor");
    ASSERT_TRUE(Halt(acceptor));
    // One may be on its way.
    EXPECT_LE(WatchdogMessages(socket, kTwoIntervals, 3), 1);
    ASSERT_EQ(ptrace(PTRACE_DETACH, acceptor, nullptr, nullptr), 0);
    daemon->process().Signal(SIGKILL);
  }
}

TEST(DeadListenerTest, IsNotReadyAndEndsTheProcessIfItLasts) {
  auto started = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(started.ok()) << started.status();
  const std::unique_ptr<GmewatchdProcess> daemon = *std::move(started);
  const pid_t acceptor = ThreadOf(daemon->process().pid(), "acceptor");
  ASSERT_NE(acceptor, 0);
  ASSERT_TRUE(Halt(acceptor));
  EXPECT_TRUE(AwaitReadyz(*daemon, 503));
  EXPECT_EQ(ValueOf(daemon->Scrape(), "gmewatch_ready"), 0);
  EXPECT_EQ(HttpFetch(daemon->admin_address(), "/healthz")->status, 200);
  ASSERT_EQ(ptrace(PTRACE_DETACH, acceptor, nullptr, nullptr), 0);
  EXPECT_TRUE(AwaitReadyz(*daemon, 200)) << "it passed";

  ASSERT_TRUE(Halt(acceptor));
  EXPECT_TRUE(daemon->process().AwaitError("stopping", kPatience));
  // A thread that is halted must be waited for before its process.
  EXPECT_TRUE(AwaitTrue([acceptor] { return waitpid(acceptor, nullptr, __WALL | WNOHANG) != 0; },
                        kPatience, absl::Milliseconds(50)));
  EXPECT_GT(daemon->process().Wait(kPatience), 0);
  EXPECT_TRUE(daemon->process().AwaitError("the ingest port does not answer"));
}

}  // namespace
}  // namespace gmewatch
