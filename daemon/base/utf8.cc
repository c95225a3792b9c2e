#include "daemon/base/utf8.h"

#include <cstdint>

namespace gmewatch {
namespace {

// The bytes of the character at the start of `text`; 0 where there is no valid one. REQUIRES: not
// empty.
size_t CharacterBytes(absl::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return 1;
  const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  // C0 and C1 could only begin an overlong form, F5 and above only something beyond Unicode.
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  uint32_t character = lead & (0x7fU >> size);
  for (size_t i = 1; i < size; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if ((next & 0xc0U) != 0x80) return 0;
    character = (character << 6) | (next & 0x3fU);
  }
  if (size == 3 && character < 0x800) return 0;
  if (size == 4 && (character < 0x10000 || character > 0x10ffff)) return 0;
  if (character >= 0xd800 && character <= 0xdfff) return 0;
  return size;
}

}  // namespace

size_t Utf8PrefixBytes(absl::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t size = CharacterBytes(text.substr(at));
    if (size == 0) break;
    at += size;
  }
  return at;
}

}  // namespace gmewatch
