#include "daemon/base/patient_clock.h"

#include <algorithm>

#include "daemon/base/log.h"

namespace gmewatch {

PatientClock::PatientClock(Clock& clock)
    : clock_(clock),
      offset_(clock.Now() - absl::UnixEpoch() - clock.Monotonic()),
      last_(clock.Monotonic()) {}

absl::Time PatientClock::Now() {
  absl::Duration monotonic;
  absl::Duration offset;
  do {
    monotonic = clock_.Monotonic();
    offset = clock_.Now() - absl::UnixEpoch() - monotonic;
    // If this thread was held up between the two readings, they say nothing about a step.
  } while (clock_.Monotonic() - monotonic > kTolerance / 2);
  Event event = Event::kNone;
  absl::Duration by;
  absl::Time now;
  {
    absl::MutexLock lock(&mutex_);
    by = absl::Floor(offset - offset_ + absl::Milliseconds(500), absl::Seconds(1));
    event = Read(monotonic, offset);
    now = absl::UnixEpoch() + offset_ + last_;
  }
  if (event == Event::kStep) {
    LogWarning("the wall clock was set; the daemon's time follows if that lasts",
               {{"by", absl::FormatDuration(by)}, {"after", absl::FormatDuration(kPatience)}});
  } else if (event == Event::kTaken) {
    LogWarning("the daemon's time follows the wall clock, which was set",
               {{"by", absl::FormatDuration(by)}});
  } else if (event == Event::kUndone) {
    LogInfo("the wall clock was set back to what it was");
  }
  return now;
}

PatientClock::Event PatientClock::Read(absl::Duration monotonic, absl::Duration offset) {
  // Threads come in any order; time does not.
  const absl::Duration passed = std::max(absl::ZeroDuration(), monotonic - last_);
  last_ += passed;
  const absl::Duration apart = offset - offset_;
  if (absl::AbsDuration(apart) <= kTolerance) {
    offset_ += std::clamp(apart, -passed / 10, passed / 10);
    const bool undone = step_.has_value();
    step_.reset();
    return undone ? Event::kUndone : Event::kNone;
  }
  const bool first = !step_.has_value();
  if (first || absl::AbsDuration(offset - step_->offset) > kTolerance) {
    step_ = Step{offset, last_};
    return first ? Event::kStep : Event::kNone;
  }
  if (last_ - step_->since < kPatience) return Event::kNone;
  offset_ = offset;
  step_.reset();
  return Event::kTaken;
}

}  // namespace gmewatch
