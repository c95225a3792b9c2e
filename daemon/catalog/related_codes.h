// Which codes tell of the same trouble elsewhere: the client's and the server's word for it, or the
// same fault in another step of a voice message. By rules over the catalogue, so that a code that
// is added to it finds its relatives.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_CATALOG_RELATED_CODES_H_
#define GMEWATCH_DAEMON_CATALOG_RELATED_CODES_H_

#include <cstdint>
#include <vector>

#include "daemon/catalog/catalog.h"

namespace gmewatch {

// Ascending, without the code itself; may be empty.
// REQUIRES: `code` is one of `catalog`.
std::vector<int32_t> RelatedCodes(const CatalogCode& code, const Catalog& catalog);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CATALOG_RELATED_CODES_H_
