// Keeps what others cause to be logged, such as a library on its own, from flooding the log: at
// most `max` lines in a period.
//
// Thread safety: any thread. May be a constant-initialized global.
#ifndef GMEWATCH_DAEMON_BASE_LINE_BUDGET_H_
#define GMEWATCH_DAEMON_BASE_LINE_BUDGET_H_

#include <cstdint>
#include <optional>

#include "absl/base/const_init.h"
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace gmewatch {

class LineBudget {
 public:
  constexpr LineBudget(int max, absl::Duration period)
      : max_(max), period_(period), mutex_(absl::kConstInit) {}
  LineBudget(const LineBudget&) = delete;
  LineBudget& operator=(const LineBudget&) = delete;

  // How many lines were left out since the last one; absent: this one is left out too. `now`: by a
  // clock that nobody sets.
  std::optional<uint64_t> Take(absl::Duration now);

 private:
  const int max_;
  const absl::Duration period_;
  absl::Mutex mutex_;
  std::optional<absl::Duration> begin_ ABSL_GUARDED_BY(mutex_);
  int taken_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_LINE_BUDGET_H_
