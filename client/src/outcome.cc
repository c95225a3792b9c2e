#include "client/src/outcome.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmewatch/internal/rpc_error.pb.h"

namespace gmewatch::client {
namespace {

constexpr absl::string_view kRetryInfoUrl = "type.googleapis.com/google.rpc.RetryInfo";
constexpr absl::string_view kBadRequestUrl = "type.googleapis.com/google.rpc.BadRequest";

}  // namespace

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

std::string ReadErrorDetails(absl::string_view status_details,
                             std::optional<absl::Duration>* retry_delay) {
  internal::RpcStatus status;
  if (!status.ParseFromArray(status_details.data(), static_cast<int>(status_details.size()))) {
    return "";
  }
  std::vector<std::string> violations;
  for (const google::protobuf::Any& detail : status.details()) {
    internal::RetryInfo retry;
    internal::BadRequest bad;
    if (detail.type_url() == kRetryInfoUrl && retry.ParseFromString(detail.value())) {
      *retry_delay =
          std::clamp(ToDuration(retry.retry_delay()), absl::ZeroDuration(), kServerPauseMax);
    }
    if (detail.type_url() == kBadRequestUrl && bad.ParseFromString(detail.value())) {
      for (const auto& violation : bad.field_violations()) {
        violations.push_back(absl::StrCat(violation.field(), ": ", violation.description()));
      }
    }
  }
  return absl::StrJoin(violations, "; ");
}

}  // namespace gmewatch::client
