// gRPC statuses with the details that the wire promises: google.rpc.BadRequest where sending again
// is no use, google.rpc.RetryInfo where it is. Thread safety: free functions.
#ifndef GMEWATCH_DAEMON_INGEST_RPC_ERROR_H_
#define GMEWATCH_DAEMON_INGEST_RPC_ERROR_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/ingest/check_batch.h"

namespace gmewatch {

// INVALID_ARGUMENT.
grpc::Status InvalidStatus(const Violation& violation);

// `code` with the advice not to come back before `after`.
grpc::Status RetryStatus(grpc::StatusCode code, absl::string_view message, absl::Duration after);

// What the committer says when it takes nothing: RESOURCE_EXHAUSTED or UNAVAILABLE, to be tried
// again.
grpc::Status RetryStatus(const absl::Status& status);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_RPC_ERROR_H_
