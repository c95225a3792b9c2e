#include "daemon/connect/connect_request.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/connect/connect_error.h"
#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kReportPath = "/gmewatch.v1.ErrorReporting/Report";
constexpr absl::string_view kAllowed = "Allow: POST, OPTIONS\r\n";
constexpr absl::string_view kMediaTypes = "Accept-Post: application/proto, application/json\r\n";
constexpr absl::string_view kEncodings = "Accept-Encoding: identity\r\n";
constexpr size_t kTimeoutDigitsMax = 10;
constexpr size_t kShownBytesMax = 64;

// Text of the sender, for a message.
std::string Shown(absl::string_view text) {
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, kShownBytesMax)), "\"");
}

ConnectError NoReport(int http_status, absl::string_view headers, const std::string& message) {
  return {http_status, grpc::Status(grpc::StatusCode::UNIMPLEMENTED, message), headers};
}

ConnectError Invalid(absl::string_view field, std::string description) {
  const grpc::Status status = InvalidStatus({std::string(field), std::move(description)});
  return {HttpStatusOf(status), status, "", /*is_report=*/true};
}

ConnectError Stranger() {
  const grpc::Status status(grpc::StatusCode::UNAUTHENTICATED,
                            "the header authorization has no key or token that an app of the "
                            "settings takes; without one no JSON is read");
  return {HttpStatusOf(status), status, "", /*is_report=*/true};
}

// Without its parameters, such as a charset.
absl::string_view MediaType(const IncomingRequest& request) {
  const absl::string_view text = request.Header("content-type");
  return absl::StripAsciiWhitespace(text.substr(0, text.find(';')));
}

bool ReadTimeout(absl::string_view text, absl::Duration* timeout) {
  uint64_t milliseconds = 0;
  if (text.empty() || text.size() > kTimeoutDigitsMax ||
      !std::all_of(text.begin(), text.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(text, &milliseconds)) {
    return false;
  }
  *timeout = absl::Milliseconds(milliseconds);
  return true;
}

std::optional<ConnectError> ReadHeaders(const IncomingRequest& request, ConnectRequest* call) {
  const absl::string_view encoding = request.Header("content-encoding");
  if (!encoding.empty() && !absl::EqualsIgnoreCase(encoding, "identity")) {
    const grpc::Status status(
        grpc::StatusCode::UNIMPLEMENTED,
        absl::StrCat("content-encoding is ", Shown(encoding), "; only identity is supported"));
    return ConnectError{HttpStatusOf(status), status, kEncodings, /*is_report=*/true};
  }
  const absl::string_view version = request.Header("connect-protocol-version");
  if (!version.empty() && version != "1") {
    return Invalid("connect-protocol-version",
                   absl::StrCat("is ", Shown(version), "; 1 is supported"));
  }
  const absl::string_view timeout = request.Header("connect-timeout-ms");
  if (!timeout.empty() && !ReadTimeout(timeout, &call->timeout)) {
    return Invalid("connect-timeout-ms",
                   absl::StrCat("is ", Shown(timeout), "; a number of at most ", kTimeoutDigitsMax,
                                " digits is allowed"));
  }
  return std::nullopt;
}

std::optional<ConnectError> ReadJson(const IncomingRequest& request, size_t message_bytes_max,
                                     ConnectRequest* call) {
  if (request.body.size() > message_bytes_max) {
    return Invalid("", absl::StrCat("the message has ", request.body.size(), " bytes; at most ",
                                    message_bytes_max, " are allowed (ingest.max_message_bytes)"));
  }
  v1::ReportRequest message;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // of a later version
  const auto status = google::protobuf::util::JsonStringToMessage(request.body, &message, options);
  if (!status.ok()) {
    return Invalid("", absl::StrCat("the body is not the JSON of a ReportRequest: ",
                                    absl::CHexEscape(status.message().ToString())));
  }
  message.SerializeToString(&call->from_json);
  return std::nullopt;
}

}  // namespace

std::optional<ConnectError> ReadConnectRequest(const IncomingRequest& request,
                                               size_t message_bytes_max,
                                               absl::FunctionRef<bool()> may_report,
                                               ConnectRequest* call) {
  if (request.path != kReportPath) {
    return NoReport(404, "", absl::StrCat("there is only POST ", kReportPath));
  }
  if (request.method != "POST") return NoReport(405, kAllowed, "only POST is allowed");
  const absl::string_view type = MediaType(request);
  call->json = absl::EqualsIgnoreCase(type, "application/json");
  if (!call->json && !absl::EqualsIgnoreCase(type, "application/proto")) {
    return NoReport(415, kMediaTypes,
                    absl::StrCat("content-type is ", Shown(type),
                                 "; application/proto and application/json are supported"));
  }
  std::optional<ConnectError> error = ReadHeaders(request, call);
  if (error.has_value()) return error;
  if (request.body_too_long) {
    return Invalid("", absl::StrCat("the message is too long; at most ", message_bytes_max,
                                    " bytes are allowed (ingest.max_message_bytes)"));
  }
  if (!call->json) return std::nullopt;
  return may_report() ? ReadJson(request, message_bytes_max, call) : Stranger();
}

}  // namespace gmewatch
