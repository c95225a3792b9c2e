// Numbers that a longer run, or one that repeats another, sets in the environment: tests/run.
#ifndef GMEWATCH_TESTS_SUPPORT_ENVIRONMENT_H_
#define GMEWATCH_TESTS_SUPPORT_ENVIRONMENT_H_

#include <cstdint>

namespace gmewatch {

// `otherwise` if the variable is not set to a number. From any thread: nothing sets it meanwhile.
uint64_t NumberOr(const char* variable, uint64_t otherwise);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_ENVIRONMENT_H_
