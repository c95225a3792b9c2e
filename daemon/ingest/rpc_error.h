// gRPC statuses with the details that the wire promises: google.rpc.BadRequest if sending the batch
// again is useless, google.rpc.RetryInfo if it is not.
//
// Thread safety: free functions over their arguments.
#ifndef GMEWATCH_DAEMON_INGEST_RPC_ERROR_H_
#define GMEWATCH_DAEMON_INGEST_RPC_ERROR_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/ingest/check_batch.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

// INVALID_ARGUMENT that names the field.
grpc::Status InvalidStatus(const Violation& violation);

// `code` with the request not to try again before a time between `after` and twice that, drawn at
// random: clients that are rejected together must not come back together.
grpc::Status RetryStatus(grpc::StatusCode code, absl::string_view message, absl::Duration after);

// For a batch that was rejected when it was to be counted. REQUIRES: `verdict` is one of these.
grpc::Status VerdictStatus(Verdict verdict);
// Whether it is.
bool IsRejectedLate(Verdict verdict);

// For an error of the committer: RESOURCE_EXHAUSTED if `status` is ResourceExhausted, else
// UNAVAILABLE. The client tries again in a few seconds.
grpc::Status RetryStatus(const absl::Status& status);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_RPC_ERROR_H_
