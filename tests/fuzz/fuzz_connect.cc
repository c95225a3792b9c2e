#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "daemon/connect/connect_error.h"
#include "daemon/connect/connect_request.h"
#include "daemon/ingest/check_batch.h"
#include "gmewatch/v1/error_reporting.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/targets.h"

namespace gmewatch {
namespace {

namespace json = google::protobuf::util;

constexpr size_t kMessageBytesMax = 65536;

// Lines of headers, an empty line, the body.
IncomingRequest RequestOf(absl::string_view bytes) {
  IncomingRequest request;
  request.method = "POST";
  request.path = "/gmewatch.v1.ErrorReporting/Report";
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    const absl::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (line.empty()) break;
    const size_t colon = std::min(line.find(':'), line.size());
    request.headers.emplace_back(line.substr(0, colon),
                                 line.substr(std::min(colon + 1, line.size())));
  }
  request.headers.emplace_back("content-type", "application/json");  // unless there is one
  request.body = std::string(bytes);
  return request;
}

bool Anybody() { return true; }

void CheckError(const ConnectError& error) {
  Require(!error.status.ok(), "an error has a code");
  Require(error.http_status >= 400 && error.http_status < 600, "an error has an HTTP status");
  google::protobuf::Struct read;
  Require(json::JsonStringToMessage(ConnectErrorJson(error.status), &read).ok(),
          "an error is JSON, whatever the sender wrote");
  Require(read.fields().contains("code") && read.fields().contains("message"),
          "an error has a code and a message");
}

}  // namespace

void FuzzConnect(absl::string_view bytes) {
  const IncomingRequest request = RequestOf(bytes);
  ConnectRequest call;
  const std::optional<ConnectError> error =
      ReadConnectRequest(request, kMessageBytesMax, Anybody, &call);
  if (error.has_value()) {
    CheckError(*error);
    return;
  }
  if (!call.json) return;
  CheckedRequest checked;
  CheckRequest(call.from_json, &checked);
  Require(!checked.malformed, "what comes from JSON is a message");
  v1::ReportRequest message;
  Require(message.ParseFromString(call.from_json), "and to Protobuf too");
  IncomingRequest again = RequestOf("\n");
  if (!json::MessageToJsonString(message, &again.body).ok() ||
      again.body.size() > kMessageBytesMax) {
    return;
  }
  ConnectRequest second;
  Require(!ReadConnectRequest(again, kMessageBytesMax, Anybody, &second).has_value(),
          "a message that was written again is read");
  v1::ReportRequest same;
  Require(same.ParseFromString(second.from_json) && json::MessageDifferencer::Equals(same, message),
          "and is the same");
}

}  // namespace gmewatch
