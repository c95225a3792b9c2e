// Keeps a second daemon out of a state directory: two daemons that append to one log would count
// wrongly.
//
// The lock is a flock(2) on DIR/lock, a file that also holds the owner's process id for people to
// read. The lock ends with the process, however that ends; the file stays. Programs that this
// process starts do not inherit the lock.
//
// Thread safety: none; it has one owner. Errors: FailedPrecondition, the directory is in use or
// cannot be used; Internal, the lock file could not be locked or written.
#ifndef GMEWATCH_DAEMON_LOG_STATE_LOCK_H_
#define GMEWATCH_DAEMON_LOG_STATE_LOCK_H_

#include <string>

#include "absl/status/statusor.h"

namespace gmewatch {

class StateLock {
 public:
  // Creates the directory if it is absent. Does not wait for another owner.
  static absl::StatusOr<StateLock> Acquire(const std::string& state_dir);

  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;
  StateLock(StateLock&& other) noexcept;
  StateLock& operator=(StateLock&& other) noexcept;
  ~StateLock();

 private:
  explicit StateLock(int fd) : fd_(fd) {}

  int fd_;  // -1 when moved from
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_STATE_LOCK_H_
