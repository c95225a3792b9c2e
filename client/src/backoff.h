// The pause after a failed attempt: a random time between 0 and a bound that doubles (full jitter),
// so that the clients of a server that was down do not return in step.
//
// Thread safety: none.
#ifndef GMEWATCH_CLIENT_SRC_BACKOFF_H_
#define GMEWATCH_CLIENT_SRC_BACKOFF_H_

#include <cstdint>
#include <random>

#include "absl/time/time.h"

namespace gmewatch::client {

class Backoff {
 public:
  // REQUIRES: 0 < initial <= max.
  Backoff(absl::Duration initial, absl::Duration max, uint32_t seed)
      : initial_(initial), max_(max), bound_(initial), random_(seed) {}

  // The next pause; the one after it may be twice as long.
  absl::Duration Next();

  // The pause after a failure that needs an operator: from half of the maximum to all of it.
  absl::Duration Longest();

  // To be called after a success: the bound is the initial one again.
  void Reset() { bound_ = initial_; }

  // A random part of `whole` in milliseconds, at least one, as in tests/client/vectors/README.md:
  // the same seed gives the same parts in every implementation of the client. REQUIRES: at most an
  // hour.
  absl::Duration PartOf(absl::Duration whole);

 private:
  const absl::Duration initial_;
  const absl::Duration max_;
  absl::Duration bound_;
  std::minstd_rand random_;
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_BACKOFF_H_
