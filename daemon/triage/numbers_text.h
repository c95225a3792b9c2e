// Numbers, rates and times as people read them on the page: short, with a unit, in UTC.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_NUMBERS_TEXT_H_
#define GMEWATCH_DAEMON_TRIAGE_NUMBERS_TEXT_H_

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace gmewatch {

// 1,234,567; from ten million on 12.3M, from a thousand millions on 1.2G.
std::string CountText(double count);
// Events a second or, where that is below one in two seconds, a minute or an hour: "84/s",
// "12/min".
std::string RateText(double per_second);
// "21 times", "1.4 times"; "new" where nothing was expected.
std::string TimesText(double observed, double expected);
// "40 s", "12 min", "3 h 5 min", "2 days".
std::string DurationText(absl::Duration duration);
// "41%", "0.3%", "0%".
std::string PercentText(double share);
absl::Time TimeOf(const google::protobuf::Timestamp& timestamp);
// "03:41 UTC", or with the date where that is not `now`'s.
std::string TimeText(absl::Time time, absl::Time now);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_NUMBERS_TEXT_H_
