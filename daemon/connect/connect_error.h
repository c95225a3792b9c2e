// Errors of the Connect protocol: JSON with the code, the message and the details of a gRPC status,
// under the HTTP status that the protocol has for the code.
//
// Thread safety: free functions over their arguments.
#ifndef GMEWATCH_DAEMON_CONNECT_CONNECT_ERROR_H_
#define GMEWATCH_DAEMON_CONNECT_CONNECT_ERROR_H_

#include <string>

#include "daemon/ingest/rpc_error.h"

namespace gmewatch {

// {"code":"resource_exhausted","message":"...","details":[{"type":"google.rpc.RetryInfo",
// "value":"CgIIBQ"}]}
std::string ConnectErrorJson(const grpc::Status& status);

int HttpStatusOf(const grpc::Status& status);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CONNECT_CONNECT_ERROR_H_
