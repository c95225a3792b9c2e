#include "daemon/annotate/backoff.h"

#include <algorithm>
#include <utility>

namespace gmewatch {

absl::Duration Backoff::Next() {
  const absl::Duration bound = std::exchange(bound_, std::min(2 * bound_, max_));
  return bound * std::uniform_real_distribution<>(0.5, 1.0)(random_);
}

}  // namespace gmewatch
