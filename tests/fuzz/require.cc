#include "tests/fuzz/require.h"

#include <cstdlib>
#include <iostream>

namespace gmewatch {

void Require(bool holds, absl::string_view rule) {
  if (holds) return;
  std::cerr << "broken: " << rule << std::endl;
  std::abort();
}

}  // namespace gmewatch
