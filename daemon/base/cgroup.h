// The cgroups (version 2) that bound what this process may use.
//
// Thread safety: a free function.
#ifndef GMEWATCH_DAEMON_BASE_CGROUP_H_
#define GMEWATCH_DAEMON_BASE_CGROUP_H_

#include <string>
#include <vector>

namespace gmewatch {

// The folders of the process's own cgroup and of those above it, the innermost first; with the
// mount alone in a container. `root` is "/", except in tests.
std::vector<std::string> CgroupFolders(const std::string& root = "/");

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_CGROUP_H_
