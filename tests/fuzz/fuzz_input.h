// Reads the parts of a fuzz input that stands for several values.
//
// Thread safety: none. Reads beyond the end give zeros and empty texts.
#ifndef GMEWATCH_TESTS_FUZZ_FUZZ_INPUT_H_
#define GMEWATCH_TESTS_FUZZ_FUZZ_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

class FuzzInput {
 public:
  explicit FuzzInput(absl::string_view bytes) : left_(bytes) {}

  bool at_end() const { return left_.empty(); }
  // Little-endian, of so many bytes.
  uint64_t Number(size_t bytes);
  // A text with its length before it, in two bytes.
  std::string Text();
  // The same with a length of four bytes.
  std::string LongText();
  // What is left.
  absl::string_view Rest() const { return left_; }

 private:
  std::string Take(uint64_t bytes);

  absl::string_view left_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_FUZZ_FUZZ_INPUT_H_
