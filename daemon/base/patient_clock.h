// A clock that does not believe every step of the wall clock: a step counts once it has lasted ten
// minutes. So a clock that is wrong for some minutes resets no baseline, cuts no history and moves
// no spike. In between, Now follows the monotonic clock and is corrected towards the wall clock by
// at most a tenth of the time that passes; it goes back only with a step back that has lasted.
//
// Thread safety: every method may be called from any thread. The first reading is believed. Log
// lines say when the wall clock was set, when that took effect and when it was undone.
#ifndef GMEWATCH_DAEMON_BASE_PATIENT_CLOCK_H_
#define GMEWATCH_DAEMON_BASE_PATIENT_CLOCK_H_

#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"

namespace gmewatch {

class PatientClock final : public Clock {
 public:
  // A step that has lasted this long is believed.
  static constexpr absl::Duration kPatience = absl::Minutes(10);
  // The wall clock was set if it moved by more than this against the monotonic clock.
  static constexpr absl::Duration kTolerance = absl::Seconds(1);

  // `clock` must outlive it.
  explicit PatientClock(Clock& clock);

  absl::Time Now() override;
  absl::Duration Monotonic() override { return clock_.Monotonic(); }

 private:
  enum class Event { kNone, kStep, kTaken, kUndone };
  // A step that is not believed yet.
  struct Step {
    absl::Duration offset;
    absl::Duration since;  // on the monotonic clock
  };

  // Takes one reading of both clocks.
  Event Read(absl::Duration monotonic, absl::Duration offset) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock& clock_;
  absl::Mutex mutex_;
  // An offset is the time since 1970 minus the monotonic clock.
  absl::Duration offset_ ABSL_GUARDED_BY(mutex_);
  absl::Duration last_ ABSL_GUARDED_BY(mutex_);  // reading of the monotonic clock
  std::optional<Step> step_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_PATIENT_CLOCK_H_
