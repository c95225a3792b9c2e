// What a catalogue file must satisfy beyond its types: known words, texts that are there, each
// value once, and for each code an action and an impact.
//
// Thread safety: free functions without state. Errors: InvalidArgument with "FILE:LINE:COLUMN:
// what, and what is allowed".
#ifndef GMEWATCH_DAEMON_CATALOG_CATALOG_CHECK_H_
#define GMEWATCH_DAEMON_CATALOG_CATALOG_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "daemon/base/yaml_message.h"
#include "gmewatch/internal/catalog.pb.h"

namespace gmewatch {

// `fields` are those from which `catalog` was read. Reports the first error.
absl::Status CheckCatalog(const internal::Catalog& catalog, const YamlFields& fields);

// The same for an overlay, whose rows have the actions and impacts of `rules` and are at most
// `codes_max`.
absl::Status CheckOverlay(const internal::Catalog& overlay, const internal::Catalog& rules,
                          size_t codes_max, const YamlFields& fields);

// The row with this name; actions_size() if there is no such row.
int FindAction(const internal::Catalog& catalog, absl::string_view name);

// The first row that matches `code`; null if no row does.
const internal::CatalogImpact* FindImpact(const internal::Catalog& catalog,
                                          const internal::CatalogCode& code);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CATALOG_CATALOG_CHECK_H_
