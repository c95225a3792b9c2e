// Whether the system gives this process as many threads as it will need. A library that gets none
// when it needs one would end the process without a word.
//
// Thread safety: a free function. Errors: Unavailable, with the number and what limits it.
#ifndef GMEWATCH_DAEMON_BASE_THREAD_CHECK_H_
#define GMEWATCH_DAEMON_BASE_THREAD_CHECK_H_

#include "absl/status/status.h"

namespace gmewatch {

// Starts `count` threads at once and ends them.
absl::Status CheckThreads(unsigned count);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_THREAD_CHECK_H_
