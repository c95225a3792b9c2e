#include "daemon/ingest/check_text.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/utf8.h"

namespace gmewatch {
namespace {

constexpr size_t kQuotedBytesMax = 80;

bool IsPrintable(uint32_t point) {
  const bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
  const bool separator = point == 0x2028 || point == 0x2029 || point == 0xfeff;
  const bool direction = point == 0x061c || point == 0x200e || point == 0x200f ||
                         (point >= 0x202a && point <= 0x202e) ||
                         (point >= 0x2066 && point <= 0x2069);
  return !control && !separator && !direction;
}

}  // namespace

bool IsPrintable(absl::string_view text, size_t bytes_max) {
  if (text.size() > bytes_max) return false;
  while (!text.empty()) {
    const Utf8Character character = FirstUtf8Character(text);
    if (character.bytes == 0 || !IsPrintable(character.code_point)) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

std::string Quote(absl::string_view text) {
  const absl::string_view shown = text.substr(0, kQuotedBytesMax);
  return absl::StrCat("\"", absl::CHexEscape(shown), shown.size() < text.size() ? "..." : "", "\"");
}

}  // namespace gmewatch
