#include "daemon/connect/connect_error.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "daemon/base/json_text.h"
#include "gmewatch/internal/rpc_error.pb.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kTypeUrl = "type.googleapis.com/";

struct Code {
  absl::string_view name;
  int http_status;
};

// The table of the protocol's specification.
Code CodeOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::CANCELLED:
      return {"canceled", 499};
    case grpc::StatusCode::INVALID_ARGUMENT:
      return {"invalid_argument", 400};
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return {"deadline_exceeded", 504};
    case grpc::StatusCode::NOT_FOUND:
      return {"not_found", 404};
    case grpc::StatusCode::ALREADY_EXISTS:
      return {"already_exists", 409};
    case grpc::StatusCode::PERMISSION_DENIED:
      return {"permission_denied", 403};
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return {"resource_exhausted", 429};
    case grpc::StatusCode::FAILED_PRECONDITION:
      return {"failed_precondition", 400};
    case grpc::StatusCode::ABORTED:
      return {"aborted", 409};
    case grpc::StatusCode::OUT_OF_RANGE:
      return {"out_of_range", 400};
    case grpc::StatusCode::UNIMPLEMENTED:
      return {"unimplemented", 501};
    case grpc::StatusCode::INTERNAL:
      return {"internal", 500};
    case grpc::StatusCode::UNAVAILABLE:
      return {"unavailable", 503};
    case grpc::StatusCode::DATA_LOSS:
      return {"data_loss", 500};
    case grpc::StatusCode::UNAUTHENTICATED:
      return {"unauthenticated", 401};
    case grpc::StatusCode::OK:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DO_NOT_USE:
      break;
  }
  return {"unknown", 500};
}

// The protocol has base64 without padding.
std::string Base64(absl::string_view bytes) {
  std::string text = absl::Base64Escape(bytes);
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

}  // namespace

std::string ConnectErrorJson(const grpc::Status& status) {
  std::string json = absl::StrCat("{\"code\":\"", CodeOf(status.error_code()).name,
                                  "\",\"message\":", JsonText(status.error_message()));
  internal::RpcStatus details;
  if (details.ParseFromString(status.error_details()) && details.details_size() > 0) {
    absl::string_view separator = ",\"details\":[";
    for (const google::protobuf::Any& detail : details.details()) {
      absl::StrAppend(&json, separator,
                      "{\"type\":", JsonText(absl::StripPrefix(detail.type_url(), kTypeUrl)),
                      ",\"value\":\"", Base64(detail.value()), "\"}");
      separator = ",";
    }
    absl::StrAppend(&json, "]");
  }
  return absl::StrCat(json, "}");
}

int HttpStatusOf(const grpc::Status& status) {
  return status.ok() ? 200 : CodeOf(status.error_code()).http_status;
}

}  // namespace gmewatch
