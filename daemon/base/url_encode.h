// Text as a part of a URL.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_BASE_URL_ENCODE_H_
#define GMEWATCH_DAEMON_BASE_URL_ENCODE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// All but letters, digits and "-._~" (RFC 3986, section 2.3) as %XX, byte by byte.
std::string UrlEncode(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_URL_ENCODE_H_
