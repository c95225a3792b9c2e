// Finds the places of a code's outages: the ones whose rise explains most of what happened.
//
// A pure function, a scan statistic: the gain of a place is the log-likelihood ratio, in nats, of
// "its rate rose by one factor" against "it did not". A roll-up of which one part rises has less
// gain than the part, because the other parts did not rise by the factor of the whole; a roll-up
// whose parts all rise has as much as all of them together.
#ifndef GMEWATCH_DAEMON_DETECT_CHOOSE_PLACES_H_
#define GMEWATCH_DAEMON_DETECT_CHOOSE_PLACES_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "daemon/detect/rows.h"

namespace gmewatch {

// A place must have this gain to be worth a line of its own.
inline constexpr double kLineCost = 10;

// A row in which the code rises.
struct RaisedRow {
  uint32_t row = 0;
  double gain = 0;
  double events = 0;  // as they count in the gain: over the variance-to-mean ratio
};

// Returns rows of `raised`, of which no two overlap: everything, some regions, or some apps, or
// (app, region) pairs instead of one of these. `current` are the rows that are announced: they stay
// unless another choice explains clearly more. `others`: where other codes began to rise then. An
// outage raises several codes in one place, so a line there costs nothing.
std::vector<uint32_t> ChoosePlaces(const Rows& rows, absl::Span<const RaisedRow> raised,
                                   absl::Span<const uint32_t> current,
                                   absl::Span<const uint32_t> others);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_CHOOSE_PLACES_H_
