#include "daemon/detect/series/hour_tally.h"

#include <cmath>

namespace gmewatch {

bool HourTally::IsSound() const {
  return std::isfinite(events_) && events_ >= 0 && std::isfinite(expected_);
}

}  // namespace gmewatch
