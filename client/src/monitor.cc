#include "client/src/monitor.h"

#include <time.h>

#include <algorithm>
#include <chrono>

namespace gmewatch::client {
namespace {

using std::chrono::steady_clock;

// On Linux and Android steady_clock stands still while the device sleeps; on Apple's systems it
// goes on, and there is no CLOCK_BOOTTIME.
bool ReadBootTime(absl::Duration* now) {
#ifdef CLOCK_BOOTTIME
  timespec time = {};
  if (clock_gettime(CLOCK_BOOTTIME, &time) != 0) return false;
  *now = absl::DurationFromTimespec(time);
  return true;
#else
  static_cast<void>(now);
  return false;
#endif
}

absl::Duration Steady() { return absl::FromChrono(steady_clock::now().time_since_epoch()); }

}  // namespace

absl::Duration Monotonic() {
  absl::Duration now;
  // One clock for the life of the process, also if a sandbox forbids the first one.
  static const bool has_boot_time = ReadBootTime(&now);
  return has_boot_time && ReadBootTime(&now) ? now : Steady();
}

steady_clock::time_point Monitor::TimePoint(absl::Duration deadline) {
  // The bound keeps an infinite duration within the clock's 64 bits of nanoseconds.
  const absl::Duration left = std::min(deadline - Monotonic(), absl::Hours(24 * 365 * 100));
  return steady_clock::now() + absl::ToChronoNanoseconds(std::max(left, -absl::Hours(1)));
}

}  // namespace gmewatch::client
