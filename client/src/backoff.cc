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
  const auto milliseconds = static_cast<uint64_t>(absl::ToInt64Milliseconds(whole));
  const uint64_t part = milliseconds * random_() / std::minstd_rand::modulus;
  return absl::Milliseconds(std::max<uint64_t>(1, part));
}

}  // namespace gmewatch::client
