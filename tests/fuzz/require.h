// The check of the fuzz targets.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_TESTS_FUZZ_REQUIRE_H_
#define GMEWATCH_TESTS_FUZZ_REQUIRE_H_

#include "absl/strings/string_view.h"

namespace gmewatch {

// Aborts the process with `rule` on standard error unless `holds`.
void Require(bool holds, absl::string_view rule);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_FUZZ_REQUIRE_H_
