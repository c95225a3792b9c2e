#include "daemon/ingest/check_text.h"

#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

constexpr size_t kQuotedBytesMax = 80;

// How a first byte of UTF-8 begins: length of the sequence, its bits, and the smallest code point
// that needs that length.
struct Lead {
  uint8_t mask;
  uint8_t bits;
  size_t size;
  uint32_t min;
};
constexpr std::array<Lead, 4> kLeads = {
    {{0x80, 0x00, 1, 0}, {0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}}};

// The code point at the front of `text`, which loses it; or UINT32_MAX where it is no UTF-8.
uint32_t TakeCodePoint(absl::string_view* text) {
  const auto first = static_cast<uint8_t>(text->front());
  for (const Lead& lead : kLeads) {
    if ((first & lead.mask) != lead.bits) continue;
    if (text->size() < lead.size) return UINT32_MAX;
    uint32_t point = first & static_cast<uint8_t>(~lead.mask);
    for (size_t i = 1; i < lead.size; ++i) {
      const auto next = static_cast<uint8_t>((*text)[i]);
      if ((next & 0xc0) != 0x80) return UINT32_MAX;
      point = point << 6 | (next & 0x3fU);
    }
    text->remove_prefix(lead.size);
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    return point < lead.min || point > 0x10ffff || surrogate ? UINT32_MAX : point;
  }
  return UINT32_MAX;
}

bool IsPrintable(uint32_t point) {
  const bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
  const bool separator = point == 0x2028 || point == 0x2029 || point == 0xfeff;
  const bool direction = point == 0x061c || point == 0x200e || point == 0x200f ||
                         (point >= 0x202a && point <= 0x202e) ||
                         (point >= 0x2066 && point <= 0x2069);
  return point != UINT32_MAX && !control && !separator && !direction;
}

}  // namespace

bool IsLabel(absl::string_view text) {
  if (text.empty() || text.size() > kLabelBytesMax) return false;
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') {
      return false;
    }
  }
  return text != kAllLabel && text != kOtherLabel;
}

bool IsPrintable(absl::string_view text, size_t bytes_max) {
  if (text.size() > bytes_max) return false;
  while (!text.empty()) {
    if (!IsPrintable(TakeCodePoint(&text))) return false;
  }
  return true;
}

std::string Quote(absl::string_view text) {
  const absl::string_view shown = text.substr(0, kQuotedBytesMax);
  return absl::StrCat("\"", absl::CHexEscape(shown), shown.size() < text.size() ? "..." : "", "\"");
}

}  // namespace gmewatch
