#include "daemon/gmectl/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Read(const std::string& text, absl::Status* status = nullptr) {
  std::istringstream in(text);
  LineReader reader(in);
  std::vector<std::string> lines;
  absl::string_view line;
  while (reader.Next(&line)) {
    lines.emplace_back(line);
    EXPECT_EQ(reader.line_number(), static_cast<int64_t>(lines.size()));
  }
  EXPECT_FALSE(reader.Next(&line));
  if (status != nullptr) *status = reader.status();
  return lines;
}

TEST(LineReaderTest, AcceptsAllLineEnds) {
  EXPECT_THAT(Read(""), IsEmpty());
  EXPECT_THAT(Read("a"), ElementsAre("a"));
  EXPECT_THAT(Read("a\n"), ElementsAre("a"));
  EXPECT_THAT(Read("a\r\n\nb\r\n"), ElementsAre("a", "", "b"));
  EXPECT_THAT(Read("\n"), ElementsAre(""));
}

TEST(LineReaderTest, ReadsLinesAcrossBlocks) {
  std::string text;
  std::vector<std::string> lines;
  for (size_t i = 0; i < 3000; ++i) {
    lines.push_back(absl::StrCat(i, std::string(i % 997, 'x')));
    absl::StrAppend(&text, lines.back(), "\n");
  }
  EXPECT_EQ(Read(text), lines);
}

TEST(LineReaderTest, RejectsLongLines) {
  absl::Status status;
  const std::string most(kLineBytesMax, 'x');
  EXPECT_THAT(Read(absl::StrCat("a\n", most, "\r\nb"), &status), ElementsAre("a", most, "b"));
  EXPECT_TRUE(status.ok());
  std::string many;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&many, most, "\r\n");
  EXPECT_EQ(Read(many, &status), std::vector<std::string>(100, most));
  EXPECT_TRUE(status.ok());
  for (const char* end : {"x\nb\n", "x", "xxxx\r\n"}) {
    EXPECT_THAT(Read(absl::StrCat("a\n", most, end), &status), ElementsAre("a"));
    EXPECT_TRUE(absl::IsInvalidArgument(status));
  }
  EXPECT_THAT(Read(std::string(1'000'000, 'x'), &status), IsEmpty());
  EXPECT_TRUE(absl::IsInvalidArgument(status));
}

}  // namespace
}  // namespace gmewatch
