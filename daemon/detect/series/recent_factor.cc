#include "daemon/detect/series/recent_factor.h"

#include <algorithm>
#include <cmath>

namespace gmewatch {

double RecentFactor::Error(double of_level, double prior, double vmr) const {
  const double left = prior / (base_ + prior);
  const double of_both = left * left * of_level + (1 - left) * vmr / (base_ + prior);
  return std::min(of_level, of_both);
}

bool RecentFactor::IsSound() const {
  return std::isfinite(events_) && events_ >= 0 && std::isfinite(base_) && base_ >= 0;
}

}  // namespace gmewatch
