// Reads an HTTP request as a call of Report by the Connect protocol, unary form:
// connectrpc.com/docs/protocol.
//
// Thread safety: a free function over its arguments.
#ifndef GMEWATCH_DAEMON_CONNECT_CONNECT_REQUEST_H_
#define GMEWATCH_DAEMON_CONNECT_CONNECT_REQUEST_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/http/http_exchange.h"
#include "daemon/ingest/rpc_error.h"

namespace gmewatch {

struct ConnectRequest {
  bool json = false;      // the message came as JSON, and so must the answer go
  std::string from_json;  // what it is in Protobuf's wire format
  absl::Duration timeout = absl::InfiniteDuration();
};

// Why an HTTP request is no call of Report.
struct ConnectError {
  int http_status = 400;
  grpc::Status status;
  absl::string_view headers;  // whole lines
  bool is_report = false;     // it was meant as one, so it is a batch that is not counted
};

// Sets `*call`, or says what is wrong. `message_bytes_max` is the limit of
// ingest.max_message_bytes. `may_report` says whether the sender has a key of any app, or needs
// none; it is asked before JSON is parsed, which costs far more than a message in Protobuf.
std::optional<ConnectError> ReadConnectRequest(const IncomingRequest& request,
                                               size_t message_bytes_max,
                                               absl::FunctionRef<bool()> may_report,
                                               ConnectRequest* call);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CONNECT_CONNECT_REQUEST_H_
