// Report over the Connect protocol, by a client of our own: it keeps one connection and opens it
// again when it has ended.
//
// Thread safety: none. Errors: as those of gRPC's client, details included; UNAVAILABLE if there is
// no connection or no answer.
#ifndef GMEWATCH_TESTS_SUPPORT_CONNECT_CLIENT_H_
#define GMEWATCH_TESTS_SUPPORT_CONNECT_CLIENT_H_

#include <grpcpp/support/status.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "gmewatch/v1/error_reporting.pb.h"
#include "tests/support/http_client.h"

namespace gmewatch {

inline constexpr char kConnectReportPath[] = "/gmewatch.v1.ErrorReporting/Report";

class ConnectClient {
 public:
  enum class Form { kProto, kJson };

  // `source` as that of HttpConnection.
  explicit ConnectClient(std::string address, Form form = Form::kProto, std::string source = "")
      : address_(std::move(address)), form_(form), source_(std::move(source)) {}

  // `acknowledged` may be null. `authorization` is the header of that name; empty: none.
  // `more_headers`: whole lines.
  grpc::Status Report(const v1::ReportRequest& request, uint64_t* acknowledged = nullptr,
                      const std::string& authorization = "", const std::string& more_headers = "");

  // One POST with these header lines and this body.
  absl::StatusOr<HttpReply> Post(const std::string& headers, const std::string& body,
                                 const std::string& path = kConnectReportPath);

 private:
  const std::string address_;
  const Form form_;
  const std::string source_;
  std::unique_ptr<HttpConnection> connection_;
};

// The status in a Connect error; INTERNAL if it is not one.
grpc::Status ConnectStatusOf(const HttpReply& reply);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_CONNECT_CLIENT_H_
