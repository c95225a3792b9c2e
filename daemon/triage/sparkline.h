// A series of counts as a small SVG picture, described in words for screen readers.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_SPARKLINE_H_
#define GMEWATCH_DAEMON_TRIAGE_SPARKLINE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// A bar for each step; steps without data are shaded, the expected rate is a dashed line.
// `what` begins the description: "Events of 1005 by the minute in the last hour". Empty if there is
// no history.
std::string Sparkline(const v1::History& history, double expected_rate, absl::string_view what);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_SPARKLINE_H_
