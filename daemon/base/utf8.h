// Where a text stops being UTF-8 as the Unicode standard has it: no overlong forms, no surrogates,
// nothing above U+10FFFF.
//
// Thread safe, takes any bytes, cannot fail.
#ifndef GMEWATCH_DAEMON_BASE_UTF8_H_
#define GMEWATCH_DAEMON_BASE_UTF8_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace gmewatch {

// The length in bytes of the longest valid beginning; text.size() where all of it is valid. Of a
// valid text cut off anywhere it is the last edge of a character before the cut.
size_t Utf8PrefixBytes(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_UTF8_H_
