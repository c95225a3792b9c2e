// How often operator new was called: for tests that say what allocates nothing. Whoever links this
// has its operator new.
//
// Thread safety: each thread has a count of its own.
#ifndef GMEWATCH_TESTS_SUPPORT_ALLOCATIONS_H_
#define GMEWATCH_TESTS_SUPPORT_ALLOCATIONS_H_

#include <cstdint>

namespace gmewatch {

// By this thread so far.
uint64_t Allocations();

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_ALLOCATIONS_H_
