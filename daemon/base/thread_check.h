// Whether the system gives this process as many threads as it will need. A library that gets none
// when it needs one would end the process without a word.
//
// Thread safety: a free function. Errors: Unavailable, with the number and what limits it.
#ifndef GMEWATCH_DAEMON_BASE_THREAD_CHECK_H_
#define GMEWATCH_DAEMON_BASE_THREAD_CHECK_H_

#include "absl/status/status.h"

namespace gmewatch {

// The most that a process of gmewatchd has besides those of the ingest server's queues and those of
// a front's lanes, gRPC's own among them.
inline constexpr unsigned kOtherThreads = 80;

// Starts `count` threads at once and ends them.
absl::Status CheckThreads(unsigned count);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_THREAD_CHECK_H_
