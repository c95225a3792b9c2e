#include "daemon/base/usable_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "daemon/base/cgroup.h"

namespace gmewatch {

uint64_t UsableMemory(const std::string& root) {
  uint64_t bytes =
      static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  for (const std::string& folder : CgroupFolders(root)) {
    // cgroup-v2.rst, "Memory Interface Files"; "max" is no number.
    std::ifstream file(absl::StrCat(folder, "/memory.max"));
    uint64_t limit = 0;
    if (file >> limit) bytes = std::min(bytes, limit);
  }
  return bytes;
}

}  // namespace gmewatch
