// Lines on their way to a descriptor, which a thread of their own writes: whoever adds one never
// waits for a disk, a pipe or whoever reads it.
//
// Thread safety: any thread; Flush from one at a time. Lifetime: as long as the process, since its
// thread may wait in a write that never ends.
//
// Limits: kLinesMax lines wait. What comes then is dropped and counted, as is a line that cannot be
// written; a line with their number follows as soon as there is room.
#ifndef GMEWATCH_DAEMON_BASE_LOG_QUEUE_H_
#define GMEWATCH_DAEMON_BASE_LOG_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/base/timed_wait.h"

namespace gmewatch {

class LogQueue {
 public:
  // The line that says that so many were dropped.
  using NoteFn = std::function<std::string(uint64_t dropped)>;

  // Starts the thread.
  static LogQueue* Start(int fd, NoteFn note);
  LogQueue(const LogQueue&) = delete;
  LogQueue& operator=(const LogQueue&) = delete;

  void Add(std::string line);
  // Waits until every line is written, for `most` at most.
  void Flush(absl::Duration most);
  uint64_t dropped() const;

  static constexpr size_t kLinesMax = 256;

 private:
  LogQueue(int fd, NoteFn note) : fd_(fd), note_(std::move(note)) {}
  void Run();
  // Blocks until there is a line.
  std::string Next();
  bool Write(absl::string_view line) const;

  const int fd_;
  const NoteFn note_;
  TimedWait written_;
  mutable absl::Mutex mutex_;
  std::deque<std::string> lines_ ABSL_GUARDED_BY(mutex_);  // the first one is being written
  uint64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t untold_ ABSL_GUARDED_BY(mutex_) = 0;  // of those dropped
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_LOG_QUEUE_H_
