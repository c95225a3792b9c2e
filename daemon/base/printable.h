// Which characters may be shown to people on a page or a terminal.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_BASE_PRINTABLE_H_
#define GMEWATCH_DAEMON_BASE_PRINTABLE_H_

#include <cstdint>

namespace gmewatch {

// The same for a code point above ASCII.
bool IsPrintableBeyondAscii(uint32_t point);

// False for control characters, line separators, the byte order mark, marks that change the
// direction of text, surrogates, and everything above U+10FFFF.
inline bool IsPrintableCodePoint(uint32_t point) {
  return point < 0x80 ? point >= 0x20 && point != 0x7f : IsPrintableBeyondAscii(point);
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_PRINTABLE_H_
