#include "daemon/base/text_file.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

TEST(ReadTextFileTest, ReturnsAllBytes) {
  const std::string text("a\r\n\0\xff", 5);
  const TempDir dir;
  const std::string path = dir.Write("file", text);
  EXPECT_EQ(ReadTextFile(path, 5).value(), text);
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
  const TempDir dir;
  const std::string path = dir.Write("file", "12345");
  check(path, path + ": has more than 4 bytes");
}

}  // namespace
}  // namespace gmewatch
