#include "daemon/detect/series/warm_up.h"

#include <cmath>

namespace gmewatch {

bool WarmUp::IsSound() const {
  for (const float number : {events_, exposure_, squares_, ticks_}) {
    if (!std::isfinite(number) || number < 0) return false;
  }
  return true;
}

}  // namespace gmewatch
