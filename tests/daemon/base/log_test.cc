#include "daemon/base/log.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

using ::testing::MatchesRegex;

// The line without its time, which is checked apart.
std::string Logged(void (*log)(absl::string_view, std::initializer_list<LogField>),
                   absl::string_view message, std::initializer_list<LogField> fields) {
  testing::internal::CaptureStderr();
  log(message, fields);
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_THAT(line, MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z .*\n"));
  const size_t space = line.find(' ');
  return space == std::string::npos ? line : line.substr(space + 1);
}

TEST(LogTest, NamesTheLevel) {
  EXPECT_EQ(Logged(LogInfo, "recovered", {}), "INFO recovered\n");
  EXPECT_EQ(Logged(LogWarning, "limit reached", {}), "WARNING limit reached\n");
  EXPECT_EQ(Logged(LogError, "disk full", {}), "ERROR disk full\n");
}

TEST(LogTest, QuotesWhatCouldBeMisread) {
  const auto check = [](const std::string& value, const std::string& expected) {
    EXPECT_EQ(Logged(LogInfo, "m", {{"k", value}}), "INFO m k=" + expected + "\n");
  };
  check("12", "12");
  check("eu-west_1.a", "eu-west_1.a");
  check("", "\"\"");
  check("two words", "\"two words\"");
  check("a=b", "\"a=b\"");
  check("a\"b", "\"a\\\"b\"");
  check("a\\b", "\"a\\\\b\"");
  check("line\nINFO forged", "\"line\\nINFO forged\"");
  check("gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\"");
  check("\x1b[31m", "\"\\033[31m\"");
}

// Standard error as a pipe that nobody reads, as long as it lives.
class UnreadPipe {
 public:
  UnreadPipe() : before_(dup(STDERR_FILENO)) {
    EXPECT_EQ(pipe(ends_.data()), 0);
    dup2(ends_[1], STDERR_FILENO);
  }
  UnreadPipe(const UnreadPipe&) = delete;
  UnreadPipe& operator=(const UnreadPipe&) = delete;
  ~UnreadPipe() {
    dup2(before_, STDERR_FILENO);
    for (const int fd : {before_, ends_[0], ends_[1]}) close(fd);
  }
  std::string Read(size_t bytes) {
    std::string text(bytes, '\0');
    const ssize_t n = read(ends_[0], text.data(), text.size());
    text.resize(n > 0 ? static_cast<size_t>(n) : 0);
    return text;
  }

 private:
  const int before_;
  std::array<int, 2> ends_{};
};

TEST(LogTest, DropsLinesThatNobodyReadsAndSaysHowMany) {
  UnreadPipe pipe;
  const uint64_t before = DroppedLogLines();
  constexpr int kLines = 1000;  // of more than 100 bytes: more than the 64 KiB of a pipe
  for (int i = 0; i < kLines; ++i) LogInfo("m", {{"k", std::string(100, 'x')}});
  const uint64_t lost = DroppedLogLines() - before;
  EXPECT_GT(lost, 0U);
  EXPECT_LT(lost, kLines);
  const std::string kept = pipe.Read(1 << 20);
  EXPECT_EQ(static_cast<uint64_t>(std::count(kept.begin(), kept.end(), '\n')), kLines - lost);
  LogInfo("read again");
  EXPECT_THAT(pipe.Read(1 << 20),
              MatchesRegex(".* WARNING log lines were dropped: nobody read them lines=" +
                           std::to_string(lost) + "\n.* INFO read again\n"));
  EXPECT_EQ(DroppedLogLines() - before, lost);
}

TEST(LogTest, CutsALineThatAPipeMayNotTakeAtOnce) {
  const std::string line = Logged(LogInfo, "m", {{"k", std::string(10'000, 'x')}});
  EXPECT_LT(line.size(), kLogLineBytesMax);
  EXPECT_EQ(line.back(), '\n');
}

TEST(LogTest, WritesFieldsInTheirOrder) {
  EXPECT_EQ(Logged(LogInfo, "m", {{"b", "1"}, {"a", "2"}}), "INFO m b=1 a=2\n");
}

}  // namespace
}  // namespace gmewatch
