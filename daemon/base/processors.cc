#include "daemon/base/processors.h"

#include <algorithm>
#include <fstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

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

// Its path below the mount, "" for the root.
std::string OwnCgroup(const std::string& root) {
  std::ifstream file(absl::StrCat(root, "proc/self/cgroup"));
  std::string line;
  while (std::getline(file, line)) {
    if (absl::StartsWith(line, "0::/")) return line == "0::/" ? "" : line.substr(3);
  }
  return "";
}

}  // namespace

unsigned UsableProcessors(const std::string& root) {
  unsigned processors = std::max(std::thread::hardware_concurrency(), 1U);
  std::string path = OwnCgroup(root);
  while (true) {
    processors = Quota(absl::StrCat(root, "sys/fs/cgroup", path), processors);
    if (path.empty()) break;
    path.resize(path.find_last_of('/'));
  }
  return std::max(processors, 1U);
}

}  // namespace gmewatch
