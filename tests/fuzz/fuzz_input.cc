#include "tests/fuzz/fuzz_input.h"

#include <algorithm>

namespace gmewatch {

uint64_t FuzzInput::Number(size_t bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < bytes && i < left_.size(); ++i) {
    number |= uint64_t{static_cast<uint8_t>(left_[i])} << (8 * i);
  }
  left_.remove_prefix(std::min(bytes, left_.size()));
  return number;
}

std::string FuzzInput::Text() { return Take(Number(2)); }

std::string FuzzInput::LongText() { return Take(Number(4)); }

std::string FuzzInput::Take(uint64_t bytes) {
  const absl::string_view text = left_.substr(0, bytes);
  left_.remove_prefix(text.size());
  return std::string(text);
}

}  // namespace gmewatch
