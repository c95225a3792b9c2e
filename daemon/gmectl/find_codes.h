// Finds the documented codes that a person means by a number or a name.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_GMECTL_FIND_CODES_H_
#define GMEWATCH_DAEMON_GMECTL_FIND_CODES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/catalog/catalog.h"

namespace gmewatch {

// One code, or all that share the name; case does not matter. `catalog` must outlive the result.
// Errors: NOT_FOUND, what is allowed and which codes are nearest.
absl::StatusOr<std::vector<const CatalogCode*>> FindCodes(const Catalog& catalog,
                                                          absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_FIND_CODES_H_
