// How the admin port's answers are written on the terminal, besides the numbers, which are those of
// the triage page (daemon/triage/numbers_text.h).
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

// "12:04", or "23 Nov 12:04" where `now` has another date.
std::string ClockText(absl::Time time, absl::Time now);

// "eu, app demo"; "all" is said in words.
std::string PlaceText(absl::string_view app, absl::string_view region);

// What is known to be wrong with the numbers; nothing where nothing is.
void AddTrust(const v1::Trust& trust, Screen* screen);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_TRIAGE_TEXT_H_
