// How times, rates, places and counts of the admin port's answers are written for people.
//
// Thread safety: free functions without state. Rates are in events a second and written a minute,
// as people count players. Times are UTC.
#ifndef GMEWATCH_DAEMON_GMECTL_TRIAGE_TEXT_H_
#define GMEWATCH_DAEMON_GMECTL_TRIAGE_TEXT_H_

#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/gmectl/screen.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp);

// "12:04", or "Nov 23 12:04" where `now` has another date.
std::string TimeText(absl::Time time, absl::Time now);
// "40 s", "6 min", "3 h 10 min", "4 d 2 h"; never below zero.
std::string DurationText(absl::Duration duration);

// A whole number with commas; from ten million on as "12.3M".
std::string CountText(double count);
// Events a minute: "0", "<0.01", "0.31", "18.2", "1,234".
std::string PerMinuteText(double rate);
// "x41", how much more it is than expected; empty where nothing was expected.
std::string TimesText(double observed_rate, double expected_rate);

// "eu, app demo"; "all" is said in words.
std::string PlaceText(absl::string_view app, absl::string_view region);

// What is known to be wrong with the numbers; nothing where nothing is.
void AddTrust(const v1::Trust& trust, Screen* screen);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_TRIAGE_TEXT_H_
