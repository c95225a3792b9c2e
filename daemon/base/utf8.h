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

// The same for a text that does not begin with ASCII.
Utf8Character FirstMultiByteUtf8Character(absl::string_view text);

// The character at the start of `text`. REQUIRES: !text.empty(). ASCII is decoded inline: nearly
// all texts of clients are ASCII, and each is checked in every Report.
inline Utf8Character FirstUtf8Character(absl::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  return lead < 0x80 ? Utf8Character{1, lead} : FirstMultiByteUtf8Character(text);
}

// Length in bytes of the longest valid prefix; text.size() if all of it is valid. If valid text was
// cut inside a character, this is where that character begins.
size_t Utf8PrefixBytes(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_UTF8_H_
