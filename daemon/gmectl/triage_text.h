// Texts that the reports on the admin port's answers share. Numbers are written as on the triage
// page (daemon/triage/numbers_text.h).
//
// Thread safety: free functions without state. Times are UTC.
#ifndef GMEWATCH_DAEMON_GMECTL_TRIAGE_TEXT_H_
#define GMEWATCH_DAEMON_GMECTL_TRIAGE_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/gmectl/screen.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// "12:04", or "23 Nov 12:04" if `now` has another date.
std::string ClockText(absl::Time time, absl::Time now);

// "eu, app demo"; "all regions, app demo" for the label "all".
std::string PlaceText(absl::string_view app, absl::string_view region);

// Adds a line for each place whose reports have stopped, with what to check; nothing without one.
void AddSilences(const google::protobuf::RepeatedPtrField<v1::Silence>& silences, absl::Time now,
                 Screen* screen);

// Adds a line for each crowd and each new place; nothing without one.
void AddTraffic(const google::protobuf::RepeatedPtrField<v1::TrafficLine>& lines, absl::Time now,
                Screen* screen);

// Adds the warnings about the numbers; nothing without a warning.
void AddTrust(const v1::Trust& trust, Screen* screen);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_TRIAGE_TEXT_H_
