// Numbers, rates and times as people read them: short, with a unit, in UTC.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_NUMBERS_TEXT_H_
#define GMEWATCH_DAEMON_TRIAGE_NUMBERS_TEXT_H_

#include <string>

#include "absl/time/time.h"

namespace gmewatch {

// "1,234,567"; "12.3M" from ten million on; "1.2G" from a billion on.
std::string CountText(double count);
// "84/s"; "12/min" or "3/h" below one event in two seconds.
std::string RateText(double per_second);
// "21 times", "1.4 times"; "new" if nothing was expected.
std::string TimesText(double observed, double expected);
// "40 s", "12 min", "3 h 5 min", "2 days".
std::string DurationText(absl::Duration duration);
// "41%", "0.3%", "0%".
std::string PercentText(double share);
// "03:41 UTC"; with the date if it is not the date of `now`.
std::string TimeText(absl::Time time, absl::Time now);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_NUMBERS_TEXT_H_
