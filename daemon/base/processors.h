// How many processors this process may use.
//
// Thread safety: a free function.
#ifndef GMEWATCH_DAEMON_BASE_PROCESSORS_H_
#define GMEWATCH_DAEMON_BASE_PROCESSORS_H_

#include <string>

namespace gmewatch {

// At least 1. Counts those that the scheduler gives to the process, and no more than the quota of
// its cgroup and of those above it, rounded up. `root` is "/", except in tests.
unsigned UsableProcessors(const std::string& root = "/");

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_PROCESSORS_H_
