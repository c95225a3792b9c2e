// UTF-8 as Protobuf and Prometheus accept it: no overlong form, no surrogate, nothing above
// U+10FFFF. The daemon's only decoder.
//
// Thread safety: pure functions. They accept any bytes and cannot fail.
#ifndef GMEWATCH_DAEMON_BASE_UTF8_H_
#define GMEWATCH_DAEMON_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace gmewatch {

struct Utf8Character {
  size_t bytes = 0;  // 0: the text does not begin with a valid character
  uint32_t code_point = 0;
};

// The character at the start of `text`. REQUIRES: !text.empty().
Utf8Character FirstUtf8Character(absl::string_view text);

// Length in bytes of the longest valid prefix; text.size() if all of it is valid. If valid text was
// cut inside a character, this is where that character begins.
size_t Utf8PrefixBytes(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_UTF8_H_
