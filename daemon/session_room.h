// Whether sessions are scarce: from three quarters of limits.max_sessions on, until they are half
// of it again. While they are, those that sent one batch only are remembered for kOnceHorizon.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_SESSION_ROOM_H_
#define GMEWATCH_DAEMON_SESSION_ROOM_H_

#include <cstdint>

#include "absl/time/time.h"

namespace gmewatch {

class SessionRoom {
 public:
  // Longer than a client takes to send a batch again.
  static constexpr absl::Duration kOnceHorizon = absl::Minutes(10);

  // Looks again. Returns whether the answer has changed, which it logs.
  bool Watch(uint64_t sessions, uint64_t limit);
  bool is_scarce() const { return is_scarce_; }

 private:
  bool is_scarce_ = false;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_SESSION_ROOM_H_
