#include "client/src/text.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"

namespace gmewatch::client {
namespace {

constexpr size_t kLabelBytesMax = 64;

// The length that the first byte announces, the smallest code point that needs it, and the bits of
// the code point in that byte.
struct Form {
  size_t bytes;
  uint32_t smallest;
  uint32_t bits;
};

Form FormOf(uint8_t first) {
  if (first < 0x80) return {1, 0, first};
  if ((first & 0xE0U) == 0xC0) return {2, 0x80, first & 0x1FU};
  if ((first & 0xF0U) == 0xE0) return {3, 0x800, first & 0x0FU};
  if ((first & 0xF8U) == 0xF0) return {4, 0x10000, first & 0x07U};
  return {0, 0, 0};
}

// The server's rule: characters that hide or move text on a page are not printable either.
bool IsPrintableCodePoint(uint32_t point) {
  const bool control = point < 0x20 || (point >= 0x7F && point < 0xA0);
  const bool separator = point == 0x2028 || point == 0x2029 || point == 0xFEFF;
  const bool direction = point == 0x061C || point == 0x200E || point == 0x200F ||
                         (point >= 0x202A && point <= 0x202E) ||
                         (point >= 0x2066 && point <= 0x2069);
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  return !control && !separator && !direction && !surrogate && point <= 0x10FFFF;
}

}  // namespace

size_t PrintableCharacter(absl::string_view text) {
  if (text.empty()) return 0;
  const Form form = FormOf(static_cast<uint8_t>(text[0]));
  if (form.bytes == 0 || form.bytes > text.size()) return 0;
  uint32_t point = form.bits;
  for (size_t i = 1; i < form.bytes; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if ((byte & 0xC0U) != 0x80) return 0;
    point = (point << 6) | (byte & 0x3FU);
  }
  return point >= form.smallest && IsPrintableCodePoint(point) ? form.bytes : 0;
}

bool IsPrintable(absl::string_view text) {
  while (!text.empty()) {
    const size_t bytes = PrintableCharacter(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

bool IsLabel(absl::string_view text) {
  if (text.empty() || text.size() > kLabelBytesMax) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  });
}

size_t CopyPrintable(absl::string_view text, char* to, size_t size) {
  size_t written = 0;
  while (!text.empty()) {
    const size_t printable = PrintableCharacter(text);
    const size_t bytes = std::max<size_t>(printable, 1);
    if (written + bytes > size) break;
    if (printable == 0) {
      to[written] = '?';
    } else {
      std::copy_n(text.begin(), bytes, to + written);
    }
    written += bytes;
    text.remove_prefix(bytes);
  }
  return written;
}

}  // namespace gmewatch::client
