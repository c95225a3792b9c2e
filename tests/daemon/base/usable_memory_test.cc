#include "daemon/base/usable_memory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

void Put(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

TEST(UsableMemoryTest, ALimitOfTheCgroupOrOfOneAboveItBounds) {
  const TempDir dir;
  const std::string root = dir.File("root/");
  const uint64_t all = UsableMemory(root);
  EXPECT_GT(all, uint64_t{64} << 20) << "the machine's";
  Put(root + "proc/self/cgroup", "0::/a/b\n");
  Put(root + "sys/fs/cgroup/a/b/memory.max", "max\n");
  EXPECT_EQ(UsableMemory(root), all);
  Put(root + "sys/fs/cgroup/a/memory.max", "1048576\n");
  EXPECT_EQ(UsableMemory(root), 1048576U);
  Put(root + "sys/fs/cgroup/a/b/memory.max", "4096\n");
  EXPECT_EQ(UsableMemory(root), 4096U);
  Put(root + "proc/self/cgroup", "0::/\n");
  Put(root + "sys/fs/cgroup/memory.max", "8192\n");
  EXPECT_EQ(UsableMemory(root), 8192U) << "as in a container";
}

}  // namespace
}  // namespace gmewatch
