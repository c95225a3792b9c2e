// The thread that takes new connections stands still.
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"

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
