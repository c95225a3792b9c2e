#include "client/src/backoff.h"

#include <algorithm>

namespace gmewatch::client {

absl::Duration Backoff::Next() {
  const absl::Duration pause = PartOf(bound_);
  bound_ = std::min(bound_ * 2, max_);
  return pause;
}

absl::Duration Backoff::Longest() { return max_ / 2 + PartOf(max_ / 2); }

absl::Duration Backoff::PartOf(absl::Duration whole) {
  return whole * std::uniform_real_distribution<double>(0.001, 1)(random_);
}

}  // namespace gmewatch::client
