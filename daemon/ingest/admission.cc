#include "daemon/ingest/admission.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/ingest/byte_buffer.h"
#include "daemon/ingest/rpc_error.h"

namespace gmewatch {
namespace {

// A session expires a minute after its last batch at the earliest, so an earlier retry is useless.
constexpr absl::Duration kSessionLimitRetry = absl::Seconds(60);

absl::string_view Authorization(const Admission::Metadata& metadata) {
  const auto found = metadata.find("authorization");
  if (found == metadata.end()) return {};
  return {found->second.data(), found->second.size()};
}

Rejection Invalid(const Violation& violation) {
  return {RejectReason::kInvalid, InvalidStatus(violation)};
}

}  // namespace

Admission::Admission(const Settings& settings, const Aggregate* aggregate)
    : aggregate_(*aggregate),
      message_bytes_max_(settings.ingest().max_message_bytes()),
      access_(settings),
      sessions_max_(settings.limits().max_sessions()) {}

void Admission::Update(const Settings& settings) {
  access_.Update(settings);
  sessions_max_.store(settings.limits().max_sessions());
}

void Admission::Read(grpc::ByteBuffer* message, Scratch* scratch) const {
  grpc::Slice slice;
  const absl::string_view bytes = BytesOf(message, &slice, &scratch->bytes);
  CheckRequest(bytes, &scratch->request);
  if (bytes.size() <= message_bytes_max_) return;
  Violate(&scratch->request.batch_violation, "",
          absl::StrCat("the message has ", bytes.size(), " bytes; at most ", message_bytes_max_,
                       " are allowed (ingest.max_message_bytes)"));
}

std::optional<Rejection> Admission::CheckSession(const CheckedRequest& request,
                                                 const Metadata& metadata) const {
  if (request.session_violation.has_value()) return Invalid(*request.session_violation);
  if (!request.has_session) {
    return Invalid({"session", "is missing; it must say who reports"});
  }
  const SessionInfo& session = *request.session;
  grpc::Status access =
      access_.Check(session.origin.app, session.origin.region, Authorization(metadata));
  if (!access.ok()) {
    const bool unknown = access.error_code() == grpc::StatusCode::UNAUTHENTICATED;
    return Rejection{unknown ? RejectReason::kUnauthenticated : RejectReason::kPermissionDenied,
                     std::move(access)};
  }
  if (aggregate_.session_count() >= sessions_max_.load() && !aggregate_.Knows(session.id)) {
    return Rejection{
        RejectReason::kSessionLimit,
        RetryStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                    "no room for a new session (limits.max_sessions)", kSessionLimitRetry)};
  }
  return std::nullopt;
}

std::optional<Rejection> Admission::CheckNoSession(const CheckedRequest& request) {
  if (request.malformed) return Invalid(*request.session_violation);
  if (request.has_session) {
    return Invalid({"session", "is set again; only a stream's first message may have it"});
  }
  return std::nullopt;
}

std::optional<Rejection> Admission::CheckBatch(const CheckedRequest& request) {
  if (request.batch_violation.has_value()) return Invalid(*request.batch_violation);
  return std::nullopt;
}

}  // namespace gmewatch
