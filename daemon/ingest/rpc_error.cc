#include "daemon/ingest/rpc_error.h"

#include <string>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "daemon/model/limits.h"
#include "gmewatch/internal/rpc_error.pb.h"

namespace gmewatch {
namespace {

// Long enough for the log or a load peak to recover, short enough that clients hold little back
// meanwhile.
constexpr absl::Duration kRetryAfter = absl::Seconds(5);

template <typename DetailMessage>
grpc::Status WithDetail(grpc::StatusCode code, absl::string_view message, absl::string_view type,
                        const DetailMessage& detail) {
  internal::RpcStatus status;
  status.set_code(code);
  status.set_message(std::string(message));
  google::protobuf::Any* any = status.add_details();
  any->set_type_url(absl::StrCat("type.googleapis.com/google.rpc.", type));
  detail.SerializeToString(any->mutable_value());
  return grpc::Status(code, std::string(message), status.SerializeAsString());
}

}  // namespace

grpc::Status InvalidStatus(const Violation& violation) {
  internal::BadRequest detail;
  internal::BadRequest::FieldViolation* field = detail.add_field_violations();
  field->set_field(violation.field);
  field->set_description(violation.description);
  return WithDetail(grpc::StatusCode::INVALID_ARGUMENT, ToString(violation), "BadRequest", detail);
}

grpc::Status RetryStatus(grpc::StatusCode code, absl::string_view message, absl::Duration after) {
  absl::InsecureBitGen random;
  after *= absl::Uniform(random, 1.0, 2.0);
  internal::RetryInfo detail;
  const int64_t seconds = absl::ToInt64Seconds(after);
  detail.mutable_retry_delay()->set_seconds(seconds);
  detail.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(after - absl::Seconds(seconds))));
  return WithDetail(code, message, "RetryInfo", detail);
}

bool IsRejectedLate(Verdict verdict) {
  return verdict == Verdict::kOtherApp || verdict == Verdict::kSequenceJump ||
         verdict == Verdict::kSeriesFull;
}

grpc::Status VerdictStatus(Verdict verdict) {
  if (verdict == Verdict::kOtherApp) {
    return {grpc::StatusCode::PERMISSION_DENIED,
            "session.id is that of a session of another app; a session has one app, and its id is "
            "its secret"};
  }
  if (verdict == Verdict::kSequenceJump) {
    return InvalidStatus(
        {"sequence", absl::StrCat("is farther above the session's last one than ", kSequenceJumpMax,
                                  ", which is the most that is allowed")});
  }
  return InvalidStatus(
      {"counts",
       absl::StrCat("would take a series beyond ", kSeriesEventsMax,
                    " events, which is the most that it can count; the operator can begin "
                    "it again (gmectl forget)")});
}

grpc::Status RetryStatus(const absl::Status& status) {
  const bool full = absl::IsResourceExhausted(status);
  return RetryStatus(full ? grpc::StatusCode::RESOURCE_EXHAUSTED : grpc::StatusCode::UNAVAILABLE,
                     absl::string_view(status.message().data(), status.message().size()),
                     kRetryAfter);
}

}  // namespace gmewatch
