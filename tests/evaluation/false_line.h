// What a false line can be put down to.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_TESTS_EVALUATION_FALSE_LINE_H_
#define GMEWATCH_TESTS_EVALUATION_FALSE_LINE_H_

#include <array>
#include <string>
#include <vector>

#include "tests/evaluation/line_log.h"
#include "tests/evaluation/month.h"

namespace gmewatch::detect_eval {

// The first that applies; all but the last are events of the month.
enum class Cause {
  kOutageElsewhere,  // the code rises, but not in that place
  kOutageOver,       // within four hours of the end of an outage of the code
  kLoop,
  kRelease,  // of the code, within a week
  kPeak,
  kStop,
  kGap,  // gap, restart or late data, and the hour after it
  kCrowd,
  kHoliday,
  kLaunch,   // within three days of it
  kClocks,   // within two days of the change
  kNothing,  // rates wander, and chance
};
inline constexpr size_t kCauses = static_cast<size_t>(Cause::kNothing) + 1;
const std::array<std::string, kCauses>& CauseNames();

Cause CauseOf(const std::vector<MonthLabel>& labels, const Line& line);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_FALSE_LINE_H_
