// Small HTML elements made of untrusted text: names, values, times, links. They know nothing of
// codes and spikes; page_parts.h has the parts that do. Text from outside reaches a page only
// through EscapeHtml (daemon/base) or through these.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_HTML_ELEMENTS_H_
#define GMEWATCH_DAEMON_TRIAGE_HTML_ELEMENTS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch {

// A code's name, escaped; on a narrow screen it breaks between its words.
std::string HtmlName(absl::string_view name);

// A value from a client or from the settings, escaped and isolated in <bdi>, so that right-to-left
// letters in it do not disturb the text around it. Empty: "not said".
std::string HtmlValue(absl::string_view value);

// <time> with the exact moment as its attribute; the text is short (numbers_text.h).
std::string HtmlTime(absl::Time time, absl::Time now);

// <a href="URL">TEXT</a>, both escaped. REQUIRES: `url` is relative, or http(s) as settings allow.
std::string HtmlLink(absl::string_view url, absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_HTML_ELEMENTS_H_
