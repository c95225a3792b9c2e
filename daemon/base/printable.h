// Which characters may be shown to people on a page or a terminal.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_BASE_PRINTABLE_H_
#define GMEWATCH_DAEMON_BASE_PRINTABLE_H_

#include <cstdint>

namespace gmewatch {

// The same for a code point above ASCII.
bool IsPrintableBeyondAscii(uint32_t point);

// False for characters that hide or move text, or look like another: control and format characters,
// everything that Unicode 15 lets a font ignore, spaces but U+0020, line separators, private use,
// surrogates, what is no character, and planes without any. So two texts that differ look
// different, as far as letters do.
inline bool IsPrintableCodePoint(uint32_t point) {
  return point < 0x80 ? point >= 0x20 && point != 0x7f : IsPrintableBeyondAscii(point);
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_PRINTABLE_H_
