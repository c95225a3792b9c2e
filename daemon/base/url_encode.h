// Percent-encodes text for a URL.
//
// Thread safety: a pure function.
#ifndef GMEWATCH_DAEMON_BASE_URL_ENCODE_H_
#define GMEWATCH_DAEMON_BASE_URL_ENCODE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// Writes every byte as %XX, except letters, digits and "-._~" (RFC 3986, section 2.3).
std::string UrlEncode(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_URL_ENCODE_H_
