// Sets the wall clock of a program that a test starts, and suspends its machine, as the program
// sees it (moved_clock_shim.c). The test's own clocks stay as they are.
//
// Thread safety: none. It must outlive the programs.
#ifndef GMEWATCH_TESTS_SUPPORT_MOVED_CLOCK_H_
#define GMEWATCH_TESTS_SUPPORT_MOVED_CLOCK_H_

#include <cstdint>

#include "absl/time/time.h"
#include "tests/support/child_process.h"

namespace gmewatch {

class MovedClock {
 public:
  MovedClock();
  MovedClock(const MovedClock&) = delete;
  MovedClock& operator=(const MovedClock&) = delete;
  ~MovedClock();

  // For the programs whose clock it moves.
  ChildOptions Options() const;

  // The wall clock is `by` ahead of the right time from now on.
  void SetAhead(absl::Duration by);
  absl::Duration ahead() const { return ahead_; }
  // The machine was suspended for this long: the wall clock and CLOCK_BOOTTIME went on without the
  // programs, CLOCK_MONOTONIC did not.
  void Suspend(absl::Duration by);

 private:
  TempDir dir_;
  volatile int64_t* offsets_;
  absl::Duration suspended_;
  absl::Duration ahead_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_MOVED_CLOCK_H_
