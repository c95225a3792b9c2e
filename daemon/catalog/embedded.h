// daemon/catalog/gme.yaml as it was when the program was built. The build makes the source file
// from it.
//
// Thread safe; the text lives as long as the program.
#ifndef GMEWATCH_DAEMON_CATALOG_EMBEDDED_H_
#define GMEWATCH_DAEMON_CATALOG_EMBEDDED_H_

#include "absl/strings/string_view.h"

namespace gmewatch {

absl::string_view EmbeddedCatalogText();

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CATALOG_EMBEDDED_H_
