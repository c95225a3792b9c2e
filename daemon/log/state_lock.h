// A state directory belongs to one process: this holds it for as long as it lives.
//
// Thread safety: none needed. The lock ends with the process, however that ends, and is not handed
// down to children. Errors: FailedPrecondition names the process that has it; others say why the
// directory cannot be used.
#ifndef GMEWATCH_DAEMON_LOG_STATE_LOCK_H_
#define GMEWATCH_DAEMON_LOG_STATE_LOCK_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace gmewatch {

class StateLock {
 public:
  // Makes the directory, readable by its owner alone, where it is not there.
  static absl::StatusOr<StateLock> Acquire(const std::string& state_dir);

  StateLock(StateLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  StateLock& operator=(StateLock&& other) = delete;
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;
  ~StateLock();

 private:
  explicit StateLock(int file) : file_(file) {}
  int file_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_STATE_LOCK_H_
