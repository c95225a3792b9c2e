// Time as the daemon's parts see it, so that a test can hold it still.
//
// Thread safety: every method may be called from any thread. A Clock must outlive every object that
// it was given to.
#ifndef GMEWATCH_DAEMON_BASE_CLOCK_H_
#define GMEWATCH_DAEMON_BASE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace gmewatch {

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  // The wall clock; it may jump (patient_clock.h). For times that people and the event log read.
  virtual absl::Time Now() = 0;

  // The time since an arbitrary start, with the time that the machine was suspended; never goes
  // back. For intervals and deadlines.
  virtual absl::Duration Monotonic() = 0;
};

class RealClock final : public Clock {
 public:
  absl::Time Now() override;
  absl::Duration Monotonic() override;
};

// For tests: stands still until Advance.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(absl::Time now) : now_(now) {}
  absl::Time Now() override;
  absl::Duration Monotonic() override;
  void Advance(absl::Duration by);
  // Sets the wall clock alone.
  void Set(absl::Time now);

 private:
  absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  absl::Duration monotonic_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_CLOCK_H_
