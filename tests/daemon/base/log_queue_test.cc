#include "daemon/base/log_queue.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/clock.h"
#include "tests/support/read_until.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

std::string Note(uint64_t dropped) { return absl::StrCat("dropped ", dropped, "\n"); }

// Not closed: the queue's thread lives as long as the process.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0); }
  int write_end() const { return ends_[1]; }
  // Reads until `text` has come.
  std::string ReadUntil(absl::string_view text) const {
    return gmewatch::ReadUntil(ends_[0], text);
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(LogQueueTest, WritesLinesInTheirOrder) {
  const Pipe pipe;
  LogQueue* queue = LogQueue::Start(pipe.write_end(), Note);
  for (int i = 0; i < 50; ++i) queue->Add(absl::StrCat("line ", i, "\n"));
  std::string expected;
  for (int i = 0; i < 50; ++i) absl::StrAppend(&expected, "line ", i, "\n");
  EXPECT_EQ(pipe.ReadUntil("line 49\n"), expected);
  EXPECT_EQ(queue->dropped(), 0U);
}

TEST(LogQueueTest, NobodyWaitsForAReaderAndWhatIsDroppedIsCountedAndReported) {
  const Pipe pipe;
  LogQueue* queue = LogQueue::Start(pipe.write_end(), Note);
  // Far more than a pipe and the queue have room for.
  constexpr int kLines = 2000;
  const std::string line(1000, 'x');
  for (int i = 0; i < kLines; ++i) queue->Add(line + "\n");
  const uint64_t dropped = queue->dropped();
  EXPECT_GT(dropped, 1000U);
  RealClock clock;
  const absl::Duration begin = clock.Monotonic();
  queue->Flush(absl::Milliseconds(50));
  EXPECT_LT(clock.Monotonic() - begin, absl::Seconds(30));
  // Without another line being added. A note may come between two lines, too.
  std::string all;
  const auto kept = [&] {
    return static_cast<uint64_t>(std::count(all.begin(), all.end(), 'x')) / line.size();
  };
  while (kept() + dropped < kLines) {
    const std::string more = pipe.ReadUntil("\n");
    ASSERT_NE(more, "");
    all += more;
  }
  if (!absl::StrContains(all, "dropped ")) all += pipe.ReadUntil("dropped ");
  EXPECT_EQ(kept() + dropped, kLines);
  EXPECT_EQ(queue->dropped(), dropped);
}

TEST(LogQueueTest, FlushEndsWhenAllIsWritten) {
  const Pipe pipe;
  LogQueue* queue = LogQueue::Start(pipe.write_end(), Note);
  queue->Add("the last line\n");
  queue->Flush(absl::InfiniteDuration());
  EXPECT_THAT(pipe.ReadUntil("\n"), HasSubstr("the last line"));
}

TEST(LogQueueTest, ALineThatCannotBeWrittenIsCounted) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  LogQueue* queue = LogQueue::Start(full, Note);
  queue->Add("a line\n");
  queue->Flush(absl::InfiniteDuration());
  EXPECT_GE(queue->dropped(), 1U);
}

}  // namespace
}  // namespace gmewatch
