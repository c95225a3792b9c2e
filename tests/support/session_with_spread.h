// A session id whose SpreadOf is what a test wants: which bucket and which bits it gets.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_TESTS_SUPPORT_SESSION_WITH_SPREAD_H_
#define GMEWATCH_TESTS_SUPPORT_SESSION_WITH_SPREAD_H_

#include <cstdint>

#include "daemon/model/batch.h"

namespace gmewatch {

// The inverse of SpreadOf, step by step.
inline SessionId SessionWithSpread(uint64_t bits) {
  bits = (bits ^ (bits >> 33)) * 0x9CB4B2F8129337DBU;
  bits = (bits ^ (bits >> 33)) * 0x4F74430C22A54005U;
  return {bits ^ (bits >> 33), 0};
}

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_SESSION_WITH_SPREAD_H_
