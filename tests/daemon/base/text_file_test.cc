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

TEST(ReadTextFileTest, ReturnsAllBytes) {
  const std::string text("a\r\n\0\xff", 5);
  const std::string path = PathWith(text);
  EXPECT_EQ(ReadTextFile(path, 5).value(), text);
  std::remove(path.c_str());
}

TEST(ReadTextFileTest, AnErrorNamesTheFile) {
  const auto check = [](const std::string& path, const std::string& expected) {
    const auto text = ReadTextFile(path, 4);
    EXPECT_EQ(text.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(std::string(text.status().message()), expected);
  };
  check("/nonexistent/gmewatchd.yaml", "/nonexistent/gmewatchd.yaml: No such file or directory");
  check("/", "/: Is a directory");
  check("/dev/zero", "/dev/zero: has more than 4 bytes");
  const std::string path = PathWith("12345");
  check(path, path + ": has more than 4 bytes");
  std::remove(path.c_str());
}

}  // namespace
}  // namespace gmewatch
