// The files that people write for the daemon: the settings and the catalogue.
//
// Thread safety: free functions without state. Errors: InvalidArgument and FailedPrecondition, a
// file is wrong or cannot be read; the text names the file and the line.
#ifndef GMEWATCH_DAEMON_DAEMON_FILES_H_
#define GMEWATCH_DAEMON_DAEMON_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "daemon/catalog/catalog.h"
#include "daemon/config/settings.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

struct DaemonFiles {
  Settings settings;
  Catalog catalog;

  // What decides how epochs are applied, as it stands in the event log.
  internal::Policy Policy() const;
};

// The token that readers of the admin port must show, in one line of a file that others cannot
// read: 16 to 256 printable ASCII characters without spaces. An empty path: an empty token, none is
// needed.
absl::StatusOr<std::string> ReadAdminToken(const std::string& path);

// An empty path: all defaults, and the embedded catalogue. `open`: the settings need not list apps,
// neither in a file nor if others reach one of the addresses.
absl::StatusOr<DaemonFiles> LoadFiles(const std::string& config_file,
                                      const std::string& catalog_file,
                                      const std::string& ingest_address,
                                      const std::string& connect_address, bool open);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DAEMON_FILES_H_
