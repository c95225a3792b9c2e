#include "daemon/base/text_file.h"

#include <cstdio>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

std::string PathWith(const std::string& text) {
  std::string path = testing::TempDir() + "gmewatch_text_file_test";
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST(ReadTextFileTest, GivesAllBytes) {
  const std::string text("a\r\n\0\xff", 5);
  const std::string path = PathWith(text);
  EXPECT_EQ(ReadTextFile(path, 5).value(), text);
  std::remove(path.c_str());
}

TEST(ReadTextFileTest, RefusesWhatCannotBeReadAndNamesIt) {
  const auto check = [](const std::string& path, const std::string& expected) {
    const auto text = ReadTextFile(path, 4);
    EXPECT_EQ(text.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(std::string(text.status().message()), expected);
  };
  check("/nonexistent/gmewatchd.yaml", "/nonexistent/gmewatchd.yaml: No such file or directory");
  check("/", "/: Is a directory");
  check("/dev/zero", "/dev/zero: longer than 4 bytes, which is the most allowed");
  const std::string path = PathWith("12345");
  check(path, path + ": longer than 4 bytes, which is the most allowed");
  std::remove(path.c_str());
}

}  // namespace
}  // namespace gmewatch
