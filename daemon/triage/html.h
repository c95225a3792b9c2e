// Pieces of HTML. Whatever comes from outside goes through EscapeHtml (daemon/base) or what is
// here.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_HTML_H_
#define GMEWATCH_DAEMON_TRIAGE_HTML_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch {

// A code's name: on a narrow screen it breaks between its words.
std::string HtmlName(absl::string_view name);

// What clients or operators named, as a unit of its own: letters that are written from right to
// left cannot disturb what stands around it. Empty: "not said".
std::string HtmlValue(absl::string_view value);

// <time> with the exact moment in it.
std::string HtmlTime(absl::Time time, absl::Time now);

// <a href="URL">TEXT</a>, both escaped. REQUIRES: `url` is relative, or http(s) as settings allow.
std::string HtmlLink(absl::string_view url, absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_HTML_H_
