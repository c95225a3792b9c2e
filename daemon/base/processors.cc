#include "daemon/base/processors.h"

#include <algorithm>
#include <fstream>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/cgroup.h"

namespace gmewatch {
namespace {

// The quota of a cgroup of version 2 (cgroup-v2.rst, "CPU Interface Files"), or `most`.
unsigned Quota(const std::string& cgroup, unsigned most) {
  std::ifstream file(absl::StrCat(cgroup, "/cpu.max"));
  std::string quota;
  uint64_t period = 0;
  uint64_t time = 0;
  if (!(file >> quota >> period) || period == 0 || !absl::SimpleAtoi(quota, &time)) return most;
  return static_cast<unsigned>(std::min<uint64_t>(most, (time + period - 1) / period));
}

}  // namespace

unsigned UsableProcessors(const std::string& root) {
  unsigned processors = std::max(std::thread::hardware_concurrency(), 1U);
  for (const std::string& folder : CgroupFolders(root)) processors = Quota(folder, processors);
  return std::max(processors, 1U);
}

}  // namespace gmewatch
