#include "daemon/base/printable.h"

namespace gmewatch {

bool IsPrintableBeyondAscii(uint32_t point) {
  const bool control = point < 0xa0;
  const bool separator = point == 0x2028 || point == 0x2029 || point == 0xfeff;
  const bool direction = point == 0x061c || point == 0x200e || point == 0x200f ||
                         (point >= 0x202a && point <= 0x202e) ||
                         (point >= 0x2066 && point <= 0x2069);
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  return !control && !separator && !direction && !surrogate && point <= 0x10ffff;
}

}  // namespace gmewatch
