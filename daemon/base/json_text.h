// A text as a JSON string, with its quotes.
//
// Thread safety: a free function without state. What is no UTF-8 becomes "?": it is not worth more.
#ifndef GMEWATCH_DAEMON_GMECTL_JSON_TEXT_H_
#define GMEWATCH_DAEMON_GMECTL_JSON_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

std::string JsonText(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_JSON_TEXT_H_
