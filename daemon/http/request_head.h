// Reads what precedes the body of an HTTP request.
//
// Thread safety: a free function over its arguments.
#ifndef GMEWATCH_DAEMON_HTTP_REQUEST_HEAD_H_
#define GMEWATCH_DAEMON_HTTP_REQUEST_HEAD_H_

#include <boost/beast/http/message.hpp>

#include "absl/status/statusor.h"
#include "daemon/http/http_exchange.h"

namespace gmewatch {

// Everything but the address, the body and whether the connection stays open. Errors:
// InvalidArgument, it is not HTTP/1.0 or 1.1, its target is not a path, or it does not say clearly
// where its body ends: a proxy before this server could take another part of what a client sends
// for the next request.
absl::StatusOr<IncomingRequest> ReadRequestHead(const boost::beast::http::request_header<>& head);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_HTTP_REQUEST_HEAD_H_
