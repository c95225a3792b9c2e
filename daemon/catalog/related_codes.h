// Which codes report the same fault elsewhere: the client's and the server's code for it, or the
// code of another step of a voice message. The rules go over the catalogue, so a code that is added
// to it finds its related codes.
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
