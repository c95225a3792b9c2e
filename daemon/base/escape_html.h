// Escapes text for HTML.
//
// Thread safety: a pure function.
#ifndef GMEWATCH_DAEMON_BASE_ESCAPE_HTML_H_
#define GMEWATCH_DAEMON_BASE_ESCAPE_HTML_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// The result is safe as element text and inside a quoted attribute: & < > " ' are escaped. Control
// characters, which HTML does not allow, become U+FFFD, except for tabs and line ends.
std::string EscapeHtml(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_ESCAPE_HTML_H_
