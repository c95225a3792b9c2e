// For programs that cannot choose a port themselves.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_TESTS_SUPPORT_FREE_PORT_H_
#define GMEWATCH_TESTS_SUPPORT_FREE_PORT_H_

#include <cstdint>

namespace gmewatch {

// A port of 127.0.0.1 that was free a moment ago.
uint16_t FreePort();

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_FREE_PORT_H_
