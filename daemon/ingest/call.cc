#include "daemon/ingest/call.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/ingest/rpc_error.h"

namespace gmewatch {
namespace {

// A session expires at the earliest a minute after its last batch, so asking sooner is no use.
constexpr absl::Duration kSessionLimitRetry = absl::Seconds(60);

// From half full on; a client that sends every five seconds then sends a third as often.
constexpr double kSlowDownFullness = 0.5;
constexpr absl::Duration kSlowDownInterval = absl::Seconds(15);

absl::string_view Authorization(const grpc::ServerContext& call) {
  const auto& metadata = call.client_metadata();
  const auto found = metadata.find("authorization");
  if (found == metadata.end()) return {};
  return {found->second.data(), found->second.size()};
}

// The bytes of `buffer`, which live as long as it, `slice` and `scratch`.
absl::string_view BytesOf(grpc::ByteBuffer* buffer, grpc::Slice* slice, std::string* scratch) {
  if (buffer->TrySingleSlice(slice).ok()) {
    // gRPC's bytes are unsigned, ours are not.
    return {reinterpret_cast<const char*>(slice->begin()), slice->size()};
  }
  std::vector<grpc::Slice> slices;
  scratch->clear();
  if (buffer->Dump(&slices).ok()) {
    for (const grpc::Slice& s : slices) scratch->append(s.begin(), s.end());
  }
  return *scratch;
}

}  // namespace

std::optional<Refusal> CheckSession(const IngestContext& context, const CheckedRequest& request,
                                    const grpc::ServerContext& call) {
  if (request.session_violation.has_value()) {
    return Refusal{InvalidStatus(*request.session_violation), RejectReason::kInvalid};
  }
  if (!request.has_session) {
    return Refusal{InvalidStatus({"session", "is missing; it must say who reports"}),
                   RejectReason::kInvalid};
  }
  const SessionInfo& session = *request.session;
  grpc::Status access =
      context.access->Check(session.origin.app, session.origin.region, Authorization(call));
  if (!access.ok()) {
    const bool unknown = access.error_code() == grpc::StatusCode::UNAUTHENTICATED;
    return Refusal{std::move(access),
                   unknown ? RejectReason::kUnauthenticated : RejectReason::kPermissionDenied};
  }
  if (context.aggregate->session_count() >= context.access->max_sessions() &&
      !context.aggregate->Knows(session.id)) {
    return Refusal{
        RetryStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                    "no room for a new session (limits.max_sessions)", kSessionLimitRetry),
        RejectReason::kSessionLimit};
  }
  return std::nullopt;
}

void ReadRequest(const IngestContext& context, grpc::ByteBuffer* message, Scratch* scratch) {
  grpc::Slice slice;
  const absl::string_view bytes = BytesOf(message, &slice, &scratch->bytes);
  CheckRequest(bytes, &scratch->request);
  if (bytes.size() <= context.message_bytes_max) return;
  Violate(&scratch->request.batch_violation, "",
          absl::StrCat("the message has ", bytes.size(), " bytes; at most ",
                       context.message_bytes_max, " are allowed (ingest.max_message_bytes)"));
}

grpc::ByteBuffer ToBuffer(const v1::ReportResponse& response) {
  grpc::Slice slice(response.ByteSizeLong());
  response.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

absl::Duration MinInterval(const Committer& committer) {
  return committer.Fullness() >= kSlowDownFullness ? kSlowDownInterval : absl::ZeroDuration();
}

}  // namespace gmewatch
