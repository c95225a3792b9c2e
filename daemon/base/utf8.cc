#include "daemon/base/utf8.h"

namespace gmewatch {

Utf8Character FirstMultiByteUtf8Character(absl::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  // C0 and C1 could only begin an overlong form, F5 and above only a code point beyond Unicode.
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  uint32_t point = lead & (0x7fU >> size);
  for (size_t i = 1; i < size; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if ((next & 0xc0U) != 0x80) return {};
    point = (point << 6) | (next & 0x3fU);
  }
  if (size == 3 && point < 0x800) return {};
  if (size == 4 && (point < 0x10000 || point > 0x10ffff)) return {};
  if (point >= 0xd800 && point <= 0xdfff) return {};
  return {size, point};
}

size_t Utf8PrefixBytes(absl::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t bytes = FirstUtf8Character(text.substr(at)).bytes;
    if (bytes == 0) break;
    at += bytes;
  }
  return at;
}

}  // namespace gmewatch
