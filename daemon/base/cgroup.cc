#include "daemon/base/cgroup.h"

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

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

std::vector<std::string> CgroupFolders(const std::string& root) {
  std::vector<std::string> folders;
  std::string path = OwnCgroup(root);
  while (true) {
    folders.push_back(absl::StrCat(root, "sys/fs/cgroup", path));
    if (path.empty()) return folders;
    path.resize(path.find_last_of('/'));
  }
}

}  // namespace gmewatch
