#include "tests/support/connect_client.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmewatch/internal/rpc_error.pb.h"

namespace gmewatch {
namespace {

using google::protobuf::util::JsonStringToMessage;
using google::protobuf::util::MessageToJsonString;

// In the order of grpc::StatusCode.
constexpr const char* kCodes[] = {
    "ok",        "canceled",       "unknown",           "invalid_argument",   "deadline_exceeded",
    "not_found", "already_exists", "permission_denied", "resource_exhausted", "failed_precondition",
    "aborted",   "out_of_range",   "unimplemented",     "internal",           "unavailable",
    "data_loss", "unauthenticated"};

std::string TextIn(const google::protobuf::Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? "" : found->second.string_value();
}

}  // namespace

grpc::Status ConnectStatusOf(const HttpReply& reply) {
  google::protobuf::Struct error;
  const auto parsed = JsonStringToMessage(reply.body, &error);
  if (reply.Header("content-type") != "application/json" || !parsed.ok()) {
    return {grpc::StatusCode::INTERNAL, absl::StrCat("no Connect error: ", reply.head, reply.body)};
  }
  int code = 0;
  while (code < 16 && TextIn(error, "code") != kCodes[code]) ++code;
  internal::RpcStatus status;
  const auto details = error.fields().find("details");
  if (details == error.fields().end()) {
    return {static_cast<grpc::StatusCode>(code), TextIn(error, "message")};
  }
  // As over gRPC: google.rpc.Status, with the code and the message too.
  status.set_code(code);
  status.set_message(TextIn(error, "message"));
  for (const google::protobuf::Value& detail : details->second.list_value().values()) {
    google::protobuf::Any* any = status.add_details();
    any->set_type_url(absl::StrCat("type.googleapis.com/", TextIn(detail.struct_value(), "type")));
    absl::Base64Unescape(TextIn(detail.struct_value(), "value"), any->mutable_value());
  }
  return {static_cast<grpc::StatusCode>(code), TextIn(error, "message"),
          status.SerializeAsString()};
}

absl::StatusOr<HttpReply> ConnectClient::Post(const std::string& headers, const std::string& body,
                                              const std::string& path) {
  if (connection_ == nullptr) {
    connection_ = std::make_unique<HttpConnection>(address_, 0, source_);
  }
  absl::StatusOr<HttpReply> reply = absl::UnavailableError("no connection");
  if (connection_->connected() &&
      connection_->Send(absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: ", address_, "\r\n",
                                     headers, "Content-Length: ", body.size(), "\r\n\r\n", body))) {
    reply = connection_->ReadReply();
  }
  if (!reply.ok() || reply->Header("connection") == "close") connection_.reset();
  return reply;
}

grpc::Status ConnectClient::Report(const v1::ReportRequest& request, uint64_t* acknowledged,
                                   const std::string& authorization,
                                   const std::string& more_headers) {
  const bool json = form_ == Form::kJson;
  std::string body;
  if (json) {
    const auto written = MessageToJsonString(request, &body);
    if (!written.ok()) return {grpc::StatusCode::INTERNAL, written.ToString()};
  } else {
    body = request.SerializeAsString();
  }
  const std::string type = json ? "application/json" : "application/proto";
  std::string headers =
      absl::StrCat("Content-Type: ", type, "\r\nConnect-Protocol-Version: 1\r\n", more_headers);
  if (!authorization.empty()) absl::StrAppend(&headers, "Authorization: ", authorization, "\r\n");
  const absl::StatusOr<HttpReply> reply = Post(headers, body);
  if (!reply.ok()) return {grpc::StatusCode::UNAVAILABLE, reply.status().ToString()};
  if (reply->status != 200) return ConnectStatusOf(*reply);
  v1::ReportResponse response;
  const bool read = json ? JsonStringToMessage(reply->body, &response).ok()
                         : response.ParseFromString(reply->body);
  if (!read || reply->Header("content-type") != type) {
    return {grpc::StatusCode::INTERNAL, absl::StrCat("no answer: ", reply->head, reply->body)};
  }
  if (acknowledged != nullptr) *acknowledged = response.acknowledged_sequence();
  return grpc::Status::OK;
}

}  // namespace gmewatch
