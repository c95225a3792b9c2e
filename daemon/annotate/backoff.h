// How long to wait after a failure: a random time between half of a bound and the whole of it. The
// bound doubles with each failure in a row, up to a maximum.
//
// The client library has a back-off of its own (client/src/backoff.h), because the daemon does not
// depend on it and because it differs: its pauses begin at 0 so that thousands of clients spread
// out, while this one process must leave a failing Grafana alone for at least half of the bound.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_ANNOTATE_BACKOFF_H_
#define GMEWATCH_DAEMON_ANNOTATE_BACKOFF_H_

#include <cstdint>
#include <random>

#include "absl/time/time.h"

namespace gmewatch {

class Backoff {
 public:
  // REQUIRES: 0 < initial <= max.
  Backoff(absl::Duration initial, absl::Duration max, uint32_t seed)
      : initial_(initial), max_(max), bound_(initial), random_(seed) {}

  absl::Duration Next();
  // After a success.
  void Reset() { bound_ = initial_; }

 private:
  const absl::Duration initial_;
  const absl::Duration max_;
  absl::Duration bound_;
  std::minstd_rand random_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_ANNOTATE_BACKOFF_H_
