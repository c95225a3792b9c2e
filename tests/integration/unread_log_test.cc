// Nobody reads the log of gmewatchd: it goes on all the same.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/free_port.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"
#include "tests/support/read_until.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

// A pipe that is full, and that nobody reads.
class FullPipe {
 public:
  FullPipe() {
    EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0);
    // Through a description of its own, so that the daemon's end still waits for room.
    const int filler =
        open(absl::StrCat("/proc/self/fd/", ends_[1]).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    EXPECT_GE(filler, 0);
    while (write(filler, "x", 1) == 1) {
    }
    close(filler);
  }
  FullPipe(const FullPipe&) = delete;
  FullPipe& operator=(const FullPipe&) = delete;
  ~FullPipe() {
    for (const int end : ends_) close(end);
  }
  int write_end() const { return ends_[1]; }
  // Reads until `text` has come.
  std::string ReadUntil(const std::string& text) const {
    return gmewatch::ReadUntil(ends_[0], text);
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(UnreadLogTest, DelaysNothing) {
  const TempDir dir;
  const FullPipe log;
  ChildOptions options;
  options.error_fd = log.write_end();
  // A start writes lines too, so it would hang.
  auto daemon = GmewatchdProcess::Start({"--state_dir=" + dir.File("state")}, "", options);
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE((*daemon)->Reload("success"));
  WireClient client((*daemon)->ingest_address());
  EXPECT_TRUE(client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok());
  for (const char* path : {"/readyz", "/healthz", "/", "/api/v1/spikes"}) {
    EXPECT_EQ(HttpFetch((*daemon)->admin_address(), path)->status, 200) << path;
  }
  EXPECT_EQ((*daemon)->Terminate(), 0);
}

TEST(UnreadLogTest, StandardOutputThatNobodyReadsDelaysNeitherTheStartNorAStop) {
  const FullPipe output;
  ChildOptions options;
  options.output_fd = output.write_end();
  const std::string ingest = absl::StrCat("127.0.0.1:", FreePort());
  auto daemon = ChildProcess::Start(
      GmewatchdPath(), {"--in_memory", "--ingest_address=" + ingest, "--admin_address=127.0.0.1:0"},
      options);
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  EXPECT_TRUE((*daemon)->AwaitError("standard output does not take the ready line"))
      << (*daemon)->error();
  EXPECT_THAT((*daemon)->error(), HasSubstr(ingest));
  WireClient client(ingest);
  EXPECT_TRUE(client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok());
  (*daemon)->Signal(SIGTERM);
  EXPECT_EQ((*daemon)->Wait(), 0);
}

TEST(UnreadLogTest, IsCompleteUpToALimitOnceSomebodyReads) {
  const FullPipe log;
  ChildOptions options;
  options.error_fd = log.write_end();
  auto daemon = GmewatchdProcess::Start({"--in_memory"}, "", options);
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  ASSERT_TRUE((*daemon)->Reload("success"));
  const std::string text = log.ReadUntil(" INFO reloaded ");
  for (const char* line :
       {" INFO all counters start at zero ", " INFO ready ", " INFO reloaded "}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_EQ(ValueOf((*daemon)->Scrape(), "gmewatch_dropped_log_lines_total"), 0);
  EXPECT_EQ((*daemon)->Terminate(), 0);
  EXPECT_THAT(log.ReadUntil(" INFO stopping "), HasSubstr(" INFO stopping "));
}

}  // namespace
}  // namespace gmewatch
