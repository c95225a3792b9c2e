// Text as a part of HTML.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_BASE_ESCAPE_HTML_H_
#define GMEWATCH_DAEMON_BASE_ESCAPE_HTML_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// As text or inside a quoted attribute: & < > " ' are escaped; control characters, which HTML does
// not have, become U+FFFD, except for tabs and line ends.
std::string EscapeHtml(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_ESCAPE_HTML_H_
