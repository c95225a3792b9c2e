#include "client/src/monitor.h"

#include <algorithm>
#include <chrono>

namespace gmewatch::client {

absl::Duration Monotonic() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

std::chrono::steady_clock::time_point Monitor::TimePoint(absl::Duration monotonic) {
  // The bound keeps an infinite duration within the clock's 64 bits of nanoseconds.
  const absl::Duration bounded = std::min(monotonic, absl::Hours(24 * 365 * 100));
  return std::chrono::steady_clock::time_point(absl::ToChronoNanoseconds(bounded));
}

}  // namespace gmewatch::client
