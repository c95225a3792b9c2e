#include "daemon/detect/series/hour_tally.h"

#include <cmath>

namespace gmewatch {

bool HourTally::IsSound() const {
  // So that no division by it overflows; what is expected of a tick is far above.
  constexpr float kLeast = 1e-20F;
  return std::isfinite(events_) && events_ >= 0 && std::isfinite(expected_) &&
         (expected_ == 0 || std::fabs(expected_) >= kLeast);
}

}  // namespace gmewatch
