#include "daemon/base/printable.h"

#include <algorithm>
#include <array>

namespace gmewatch {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

// Unicode 15: the categories Cf, Zs and Co, the property Default_Ignorable_Code_Point, and what is
// no character. client/src/text.cc has the same table, because a client must not send these.
constexpr std::array kHidden = std::to_array<Range>({
    {0x80, 0xa0},    // control characters, no-break space
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

}  // namespace

bool IsPrintableBeyondAscii(uint32_t point) {
  const auto* const range =
      std::lower_bound(kHidden.begin(), kHidden.end(), point,
                       [](const Range& each, uint32_t value) { return each.last < value; });
  return range != kHidden.end() && point < range->first;
}

}  // namespace gmewatch
