#include "tests/support/environment.h"

#include <cstdlib>

#include "absl/strings/numbers.h"

namespace gmewatch {

uint64_t NumberOr(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nothing sets it
  uint64_t number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : otherwise;
}

}  // namespace gmewatch
