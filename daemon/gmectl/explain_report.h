// Writes the output of `gmectl explain`: the runbook of a code.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_EXPLAIN_REPORT_H_
#define GMEWATCH_DAEMON_GMECTL_EXPLAIN_REPORT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "daemon/catalog/catalog.h"
#include "daemon/gmectl/screen.h"

namespace gmewatch {

// REQUIRES: `code` is one of `catalog`.
void AddRunbook(const CatalogCode& code, const Catalog& catalog, Screen* screen);

// One line of JSON: the fields of CatalogCode and Runbook by their names, and `live`, which is
// JSON, as "live" if it is not empty.
std::string RunbookJson(const CatalogCode& code, const Catalog& catalog, absl::string_view live);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_EXPLAIN_REPORT_H_
