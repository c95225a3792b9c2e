// Writes a text as a JSON string.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_BASE_JSON_TEXT_H_
#define GMEWATCH_DAEMON_BASE_JSON_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// `text` escaped and in double quotes. Bytes that are not UTF-8 are left out, so that the JSON is
// valid; callers check texts where they come in.
std::string JsonText(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_JSON_TEXT_H_
