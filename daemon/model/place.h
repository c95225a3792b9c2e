// An (app, region).
//
// Thread safety: const methods and functions may run at once.
#ifndef GMEWATCH_DAEMON_MODEL_PLACE_H_
#define GMEWATCH_DAEMON_MODEL_PLACE_H_

#include <string>
#include <utility>

#include "daemon/model/limits.h"

namespace gmewatch {

// (app, region): each has one row of counters.
struct Place {
  std::string app;
  std::string region;

  friend bool operator==(const Place&, const Place&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Place& p) {
    return H::combine(std::move(h), p.app, p.region);
  }
};

// Whether `outer` is `inner` or, by kAllLabel in one of them, a roll-up that holds it.
inline bool Holds(const Place& outer, const Place& inner) {
  return (outer.app == kAllLabel || outer.app == inner.app) &&
         (outer.region == kAllLabel || outer.region == inner.region);
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_PLACE_H_
