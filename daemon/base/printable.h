// Which characters may be shown to people on a page or a terminal.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_BASE_PRINTABLE_H_
#define GMEWATCH_DAEMON_BASE_PRINTABLE_H_

#include <cstdint>

namespace gmewatch {

// False for control characters, line separators, the byte order mark, marks that change the
// direction of text, surrogates, and everything above U+10FFFF.
bool IsPrintableCodePoint(uint32_t point);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_PRINTABLE_H_
