#include "daemon/ingest/admission.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/ingest/rpc_error.h"

namespace gmewatch {
namespace {

// A session expires a minute after its last batch at the earliest, so an earlier retry is useless.
constexpr absl::Duration kSessionLimitRetry = absl::Seconds(60);

constexpr absl::Duration kQuotaRetryMin = absl::Seconds(1);

// What a stream takes ahead. The more it is, the less a batch costs, and the more a stream that
// ends there keeps from others until it ends.
constexpr uint64_t kAheadBatchesMax = 64;
constexpr uint64_t kAheadEventsMax = 10'000;

Rejection Invalid(const Violation& violation) {
  return {RejectReason::kInvalid, InvalidStatus(violation)};
}

}  // namespace

Admission::Admission(const Settings& settings, const KnownSessions* sessions, Clock& clock)
    : known_(*sessions),
      message_bytes_max_(settings.ingest().max_message_bytes()),
      access_(settings, clock),
      client_address_(settings),
      quotas_(settings.quotas(), clock),
      sessions_max_(settings.limits().max_sessions()) {}

void Admission::Update(const Settings& settings) {
  access_.Update(settings);
  client_address_.Update(settings);
  quotas_.Update(settings.quotas());
  sessions_max_.store(settings.limits().max_sessions());
}

void Admission::Read(absl::string_view message, CheckedRequest* request) const {
  CheckRequest(message, request);
  if (message.size() <= message_bytes_max_) return;
  Violate(&request->batch_violation, "",
          absl::StrCat("the message has ", message.size(), " bytes; at most ", message_bytes_max_,
                       " are allowed (ingest.max_message_bytes)"));
}

std::optional<Rejection> Admission::CheckSession(const CheckedRequest& request,
                                                 const Caller& caller, Admitted* admitted) {
  if (request.session_violation.has_value() || !request.has_session) {
    Rejection rejection = request.has_session || request.malformed
                              ? Invalid(*request.session_violation)
                              : Invalid({"session", "is missing; it must say who reports"});
    rejection.stranger = !access_.IsKnown(caller.authorization);
    return rejection;
  }
  const SessionInfo& session = *request.session;
  admitted->certificate_names = {caller.certificate_names.begin(), caller.certificate_names.end()};
  std::optional<Rejection> rejection = CheckAccess(session.origin, caller.authorization, admitted);
  if (rejection.has_value()) return rejection;
  const Grant& grant = admitted->grant;
  const KnownSession known = known_.Find(session.id);
  const std::optional<NetAddress> address = client_address_.Of(caller);
  admitted->sender =
      Quotas::SenderOf(session.id, session.origin.app, grant.key, grant.subject, address);
  if (grant.subject.empty() && !grant.relays) admitted->address = address;
  admitted->sender.relays = grant.relays;
  admitted->sender.is_new = !known.known;
  admitted->last_sequence = known.last_sequence;
  if (!known.known && !HasRoom(session.origin.app)) {
    return Rejection{RejectReason::kSessionLimit,
                     RetryStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                                 "no room for a new session of this app (limits.max_sessions)",
                                 kSessionLimitRetry)};
  }
  return std::nullopt;
}

bool Admission::HasRoom(const std::string& app) const {
  const uint32_t limit = sessions_max_.load();
  if (known_.session_count() < limit / 2) return true;
  return known_.HasRoom(TagOf(app), limit, access_.Apps());
}

std::optional<Rejection> Admission::CheckAccess(const Origin& origin,
                                                absl::string_view authorization,
                                                Admitted* admitted) const {
  admitted->grant =
      access_.Check(origin.app, origin.region, authorization, admitted->certificate_names);
  const Grant& grant = admitted->grant;
  if (grant.status.ok()) return std::nullopt;
  const bool unknown = grant.status.error_code() == grpc::StatusCode::UNAUTHENTICATED;
  return Rejection{unknown ? RejectReason::kUnauthenticated : RejectReason::kPermissionDenied,
                   grant.status, !grant.known};
}

std::optional<Rejection> Admission::CheckNoSession(const CheckedRequest& request,
                                                   const Origin& origin,
                                                   absl::string_view authorization,
                                                   Admitted* admitted) {
  if (access_.IsOutdated(admitted->grant)) {
    std::optional<Rejection> rejection = CheckAccess(origin, authorization, admitted);
    if (rejection.has_value()) return rejection;
  }
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

std::optional<Rejection> Admission::CheckQuotas(const CheckedRequest& request, bool ahead,
                                                Admitted* admitted) {
  const bool counts =
      !request.batch_violation.has_value() && request.batch.sequence > admitted->last_sequence;
  const Tokens tokens = {1, counts ? request.events : 0, admitted->sender.is_new ? 1U : 0U};
  Tokens& credit = admitted->ahead;
  if (tokens.sessions == 0 && credit.batches >= tokens.batches && credit.events >= tokens.events) {
    credit.batches -= tokens.batches;
    credit.events -= tokens.events;
    admitted->taken = tokens;
    return std::nullopt;
  }
  // Twice as many each time, so that a stream of a few batches takes a few.
  Tokens more;
  if (ahead) {
    more.batches = std::min(admitted->ahead_batches, kAheadBatchesMax);
    more.events = std::min(more.batches * tokens.events, kAheadEventsMax);
    admitted->ahead_batches = more.batches * 2 + 1;
  }
  std::optional<OverQuota> over =
      quotas_.Take(admitted->sender,
                   {tokens.batches + more.batches, tokens.events + more.events, tokens.sessions});
  if (over.has_value() && more.batches > 0) {
    more = {};
    over = quotas_.Take(admitted->sender, tokens);
  }
  if (!over.has_value()) {
    credit.batches += more.batches;
    credit.events += more.events;
    if (admitted->sender.is_new && admitted->address.has_value()) {
      shared_addresses_.Add(*admitted->address);
    }
    admitted->sender.is_new = false;
    admitted->taken = tokens;
    return std::nullopt;
  }
  admitted->taken = {};
  return Rejection{RejectReason::kQuota,
                   RetryStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                               absl::StrCat("more than the quota of this ", over->whose,
                                            " allows at present (quotas.", over->setting, "_*)"),
                               std::max(over->wait, kQuotaRetryMin))};
}

void Admission::Sign(const SessionId& session, const Admitted& admitted, Batch* batch) {
  batch->session = session;
  batch->relayed = admitted.sender.relays;
  // A relay has one address for all its players.
  batch->sender = batch->relayed ? 0 : admitted.sender.person;
}

void Admission::Return(Admitted* admitted) {
  quotas_.Return(admitted->sender, std::exchange(admitted->taken, {}));
}

void Admission::ReturnAhead(Admitted* admitted) {
  if (admitted->ahead.batches == 0 && admitted->ahead.events == 0) return;
  quotas_.Return(admitted->sender, std::exchange(admitted->ahead, {}));
}

}  // namespace gmewatch
