#include "client/src/text.h"

#include <algorithm>
#include <array>
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

struct Range {
  uint32_t first;
  uint32_t last;
};

// The server's rule (daemon/base/printable.cc): characters that hide or move text on a page, or
// look like another, are not printable either.
constexpr std::array kHidden = std::to_array<Range>({
    {0x0, 0x1f},     // control characters
    {0x7f, 0xa0},    // control characters, no-break space
    {0xad, 0xad},    // soft hyphen
    {0x34f, 0x34f},  // joiner of combining marks
    {0x600, 0x605},  // format characters
    {0x61c, 0x61c},  // direction
    {0x6dd, 0x6dd},  // format characters
    {0x70f, 0x70f},     {0x890, 0x891},      {0x8e2, 0x8e2},     {0x115f, 0x1160},  // fillers
    {0x1680, 0x1680},                                                               // a space
    {0x17b4, 0x17b5},    // vowels without a form
    {0x180b, 0x180f},    // selectors of variants
    {0x2000, 0x200f},    // spaces, zero width, direction
    {0x2028, 0x202f},    // separators, direction
    {0x205f, 0x206f},    // operators without a form, direction
    {0x2800, 0x2800},    // braille without dots
    {0x3000, 0x3000},    // a space
    {0x3164, 0x3164},    // a filler
    {0xd800, 0xf8ff},    // surrogates, private use
    {0xfdd0, 0xfdef},    // no characters
    {0xfe00, 0xfe0f},    // selectors of variants
    {0xfeff, 0xfeff},    // byte order mark
    {0xffa0, 0xffa0},    // a filler
    {0xfff0, 0xfffc},    // format characters
    {0xfffe, 0xffff},    // no characters
    {0x110bd, 0x110bd},  // format characters
    {0x110cd, 0x110cd}, {0x13430, 0x1343f},  {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0x1fffe, 0x1ffff},                       // no characters
    {0x2fffe, 0x2ffff}, {0x3fffe, 0x10ffff},  // no characters, tags, selectors of variants, private
                                              // use
});

bool IsPrintableCodePoint(uint32_t point) {
  const auto* const range =
      std::lower_bound(kHidden.begin(), kHidden.end(), point,
                       [](const Range& each, uint32_t value) { return each.last < value; });
  return range != kHidden.end() && point < range->first;
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
