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

struct DaemonOptions;

struct DaemonFiles {
  Settings settings;
  Catalog catalog;
  std::string admin_token;  // that readers of the admin port must show; empty: none

  // What decides how epochs are applied, as it stands in the event log.
  internal::Policy Policy() const;
};

// Reads the files that the options name, and checks that the options allow what they say. An empty
// path: all defaults, the embedded catalogue, no token. The token's file has one line of 16 to 256
// printable ASCII characters without spaces, which others cannot read.
absl::StatusOr<DaemonFiles> LoadFiles(const DaemonOptions& options);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DAEMON_FILES_H_
