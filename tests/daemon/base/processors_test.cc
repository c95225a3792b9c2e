#include "daemon/base/processors.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

void Put(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

TEST(ProcessorsTest, AQuotaOfTheCgroupOrOfOneAboveItBounds) {
  const unsigned all = std::thread::hardware_concurrency();
  const TempDir dir;
  const std::string root = dir.File("root/");
  EXPECT_EQ(UsableProcessors(root), all) << "no cgroup";
  Put(root + "proc/self/cgroup", "1:name=systemd:/x\n0::/a/b\n");
  Put(root + "sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(UsableProcessors(root), all);
  Put(root + "sys/fs/cgroup/a/cpu.max", "50000 100000\n");
  EXPECT_EQ(UsableProcessors(root), 1U) << "half a processor";
  Put(root + "sys/fs/cgroup/a/cpu.max", absl::StrCat(100000 * (all + 1), " 100000\n"));
  EXPECT_EQ(UsableProcessors(root), all);
  Put(root + "sys/fs/cgroup/a/b/cpu.max", "nonsense");
  EXPECT_EQ(UsableProcessors(root), all);
}

TEST(ProcessorsTest, InAContainerTheRootHasTheQuota) {
  const TempDir dir;
  const std::string root = dir.File("root/");
  Put(root + "proc/self/cgroup", "0::/\n");
  Put(root + "sys/fs/cgroup/cpu.max", "100000 100000\n");
  EXPECT_EQ(UsableProcessors(root), 1U);
}

}  // namespace
}  // namespace gmewatch
