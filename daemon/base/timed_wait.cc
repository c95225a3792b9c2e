#include "daemon/base/timed_wait.h"

#include <algorithm>
#include <utility>

namespace gmewatch {
namespace {

// The deadline of a longer wait could overflow std::chrono.
constexpr absl::Duration kLongestWait = absl::Hours(24 * 365);

}  // namespace

void TimedWait::Wake() {
  // Notifies under the lock: the waiter may destroy this as soon as it has the lock.
  const std::lock_guard<std::mutex> lock(mutex_);
  woken_ = true;
  changed_.notify_one();
}

bool TimedWait::For(absl::Duration most) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoNanoseconds(std::min(most, kLongestWait)),
                    [this] { return woken_; });
  return std::exchange(woken_, false);
}

}  // namespace gmewatch
