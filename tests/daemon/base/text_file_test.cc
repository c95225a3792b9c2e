#include "daemon/base/text_file.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
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

TEST(SecretFileTest, NobodyElseMayReadIt) {
  const TempDir dir;
  const std::string path = dir.Write("secret", "text");
  EXPECT_EQ(ReadSecretFile(path, 10).value(), "text");
  std::filesystem::permissions(path, std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  EXPECT_EQ(ReadSecretFile(path, 10).value(), "text");
  std::filesystem::permissions(path, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_EQ(ReadSecretFile(path, 10).status().message(),
            absl::StrCat(path,
                         ": holds a secret, and every user of this machine may read it; take "
                         "that away with: chmod o-r ",
                         path));
  EXPECT_EQ(ReadSecretFile(dir.File("absent"), 10).status().message(),
            absl::StrCat(dir.File("absent"), ": No such file or directory"));
}

}  // namespace
}  // namespace gmewatch
