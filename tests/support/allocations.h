// Counts the calls of operator new, for tests of code that must not allocate. A program that links
// this gets its operator new.
//
// Thread safety: each thread has a count of its own.
#ifndef GMEWATCH_TESTS_SUPPORT_ALLOCATIONS_H_
#define GMEWATCH_TESTS_SUPPORT_ALLOCATIONS_H_

#include <cstdint>

namespace gmewatch {

// The calls by this thread so far.
uint64_t Allocations();

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_ALLOCATIONS_H_
