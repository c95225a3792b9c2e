// daemon/catalog/gme.yaml as it was when the program was built. The build generates the source file
// (daemon/embed.cmake).
//
// Thread safe. The text lives as long as the program.
#ifndef GMEWATCH_DAEMON_CATALOG_EMBEDDED_H_
#define GMEWATCH_DAEMON_CATALOG_EMBEDDED_H_

#include "absl/strings/string_view.h"

namespace gmewatch {

absl::string_view EmbeddedCatalogText();

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CATALOG_EMBEDDED_H_
