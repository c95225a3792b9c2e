// A series of counts as a small SVG picture with the same said in words.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_SPARKLINE_H_
#define GMEWATCH_DAEMON_TRIAGE_SPARKLINE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// A bar for each step; steps without data are shaded, what is expected is a dashed line.
// `what`: "Events of 1005 by the minute in the last hour". Empty where there is no history.
std::string Sparkline(const v1::History& history, double expected_rate, absl::string_view what);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_SPARKLINE_H_
