#include "daemon/base/clock.h"

#include <ctime>

namespace gmewatch {

namespace {

timespec Read(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now;
}

}  // namespace

// Not absl::Now(), which sees a step of the clock up to some seconds later.
absl::Time RealClock::Now() { return absl::TimeFromTimespec(Read(CLOCK_REALTIME)); }

absl::Duration RealClock::Monotonic() { return absl::DurationFromTimespec(Read(CLOCK_BOOTTIME)); }

absl::Time ManualClock::Now() {
  absl::MutexLock lock(&mutex_);
  return now_;
}

absl::Duration ManualClock::Monotonic() {
  absl::MutexLock lock(&mutex_);
  return monotonic_;
}

void ManualClock::Advance(absl::Duration by) {
  absl::MutexLock lock(&mutex_);
  now_ += by;
  monotonic_ += by;
}

void ManualClock::Set(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  now_ = now;
}

}  // namespace gmewatch
