// The entry point for libFuzzer; FUZZ_FUNCTION is the target (tests/fuzz/CMakeLists.txt).
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  gmewatch::FUZZ_FUNCTION({reinterpret_cast<const char*>(data), size});
  return 0;
}
