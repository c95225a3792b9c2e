// OpenMetrics 1.0 where it differs from the text format 0.0.4: the HELP and TYPE lines of a counter
// have its name without _total, and a text has an end.
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_EXPOSE_OPEN_METRICS_H_
#define GMEWATCH_DAEMON_EXPOSE_OPEN_METRICS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// The end of an OpenMetrics text.
inline constexpr absl::string_view kOpenMetricsEnd = "# EOF\n";

// The name of the family that the counter `name` is the sample of.
absl::string_view OpenMetricsFamily(absl::string_view name);

// Turns whole families in the text format into OpenMetrics, with the end. REQUIRES: each family has
// its HELP and TYPE lines, and no HELP text has a quote or a backslash.
std::string OpenMetricsText(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_OPEN_METRICS_H_
