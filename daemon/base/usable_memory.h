// How much memory this process may use.
//
// Thread safety: a free function.
#ifndef GMEWATCH_DAEMON_BASE_USABLE_MEMORY_H_
#define GMEWATCH_DAEMON_BASE_USABLE_MEMORY_H_

#include <cstdint>
#include <string>

namespace gmewatch {

// In bytes: the machine's memory, and no more than the limit of its cgroup and of those above it.
// `root` is "/", except in tests.
uint64_t UsableMemory(const std::string& root = "/");

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_USABLE_MEMORY_H_
