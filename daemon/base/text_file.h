// Reads a file that an operator names: settings, catalogue, keys and certificates.
//
// Thread safety: a free function. Errors: InvalidArgument "PATH: why", because a file that cannot
// be read is a wrong setting.
#ifndef GMEWATCH_DAEMON_BASE_TEXT_FILE_H_
#define GMEWATCH_DAEMON_BASE_TEXT_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace gmewatch {

// Returns all bytes of the file; more than `bytes_max` are an error.
absl::StatusOr<std::string> ReadTextFile(const std::string& path, size_t bytes_max);

// An error if every user of this machine may read the file, which must not be so for a secret.
absl::Status CheckSecretFile(const std::string& path);
// Both.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path, size_t bytes_max);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_TEXT_FILE_H_
