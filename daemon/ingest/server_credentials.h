// What the ingest port needs to speak TLS: certificate, key and the authorities of clients, from
// the files that the settings name. The files are read again every ten seconds, so a certificate
// that is renewed needs no restart; open connections keep the one that they began with. While key
// and certificate do not belong together, new connections fail, so both should be replaced at once,
// as by renaming a folder.
//
// Thread safety: a free function. Errors: InvalidArgument "FILE: why", for a file that cannot be
// used at the start.
#ifndef GMEWATCH_DAEMON_INGEST_SERVER_CREDENTIALS_H_
#define GMEWATCH_DAEMON_INGEST_SERVER_CREDENTIALS_H_

#include <grpcpp/security/server_credentials.h>

#include "absl/status/statusor.h"
#include "daemon/config/settings.h"

namespace gmewatch {

// gRPC's own pointer type.
using CredentialsPointer = decltype(grpc::InsecureServerCredentials());

// Plain text if the settings have no TLS.
absl::StatusOr<CredentialsPointer> ServerCredentialsOf(const internal::Ingest& settings);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_SERVER_CREDENTIALS_H_
