#include <cstdlib>
#include <iostream>

#include "tests/fuzz/targets.h"

namespace gmewatch {

void Require(bool kept, absl::string_view what) {
  if (kept) return;
  std::cerr << "broken: " << what << std::endl;
  std::abort();
}

}  // namespace gmewatch
