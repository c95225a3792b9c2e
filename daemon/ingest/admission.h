// Decides whether a batch may be counted: the one place that says why it is rejected.
//
// - invalid: the batch, its session or its stream breaks a rule of error_reporting.proto, or the
//   message is larger than ingest.max_message_bytes (CheckSession, CheckNoSession, CheckBatch).
// - unauthenticated, permission_denied: the sender may not report for the app or region
//   (CheckSession, by Access).
// - session_limit: the session is new and there is no room for it under limits.max_sessions, or
// none
//   for its app (CheckSession).
// - quota: more than a quota of the settings (CheckQuotas). A duplicate costs no events.
// - overloaded, log_failed, stopping: the committer has no room for a Report, its log fails, or it
//   is stopping (Committer::Append, under its lock).
// - permission_denied, invalid, series_full: the session belongs to another app, its sequence
// number
//   is too far above the last, or a series is full (Aggregate::Apply, since only it knows).
//
// model/reject_reason.h declares the reasons.
//
// A stranger is who has shown no key where one is needed, or no session that says whose key it is.
// What a stranger sends is answered from memory and counted as a call, without its events, which
// may be any number (Committer::CountStranger).
//
// A stream is never rejected as overloaded: it is held (stream_call.h). Back-pressure comes before
// `overloaded` (back_pressure.h).
//
// Thread safety: every method may be called from any thread.
#ifndef GMEWATCH_DAEMON_INGEST_ADMISSION_H_
#define GMEWATCH_DAEMON_INGEST_ADMISSION_H_

#include <grpcpp/support/status.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/aggregate/known_sessions.h"
#include "daemon/base/clock.h"
#include "daemon/config/settings.h"
#include "daemon/ingest/access.h"
#include "daemon/ingest/caller.h"
#include "daemon/ingest/check_batch.h"
#include "daemon/ingest/client_address.h"
#include "daemon/ingest/quotas.h"
#include "daemon/ingest/shared_addresses.h"
#include "daemon/model/net_address.h"
#include "daemon/model/reject_reason.h"

namespace gmewatch {

// A message up to this much larger than ingest.max_message_bytes is still read, so that its
// rejection names the limit and is counted. gRPC ends the call of a larger one, with a status that
// does not say that a retry is useless. No batch within the wire's limits comes near it.
inline constexpr uint32_t kOversizeBytesMax = 256 << 10;

// Why a batch is not counted.
struct Rejection {
  RejectReason reason = RejectReason::kInvalid;
  grpc::Status status;  // for the sender: what is wrong, what is allowed, when to try again
  bool stranger = false;
};

// A session that was let in; a stream keeps it for all its batches.
struct Admitted {
  Sender sender;
  Grant grant;
  // The sender's address, if it stands for who sends: not for a player with a token or a relay.
  std::optional<NetAddress> address;
  std::vector<std::string> certificate_names;  // if an app asks for them
  // The highest number of a batch that was counted, or taken by this stream: what is not above it
  // is a duplicate.
  uint64_t last_sequence = 0;
  Tokens taken;  // for the batch that was checked last
  uint64_t ahead_batches = 0;
  Tokens ahead;  // for the next batches of a stream, so that each need not look for its buckets
};

class Admission {
 public:
  // `sessions` and `clock` must outlive it.
  Admission(const Settings& settings, const KnownSessions* sessions, Clock& clock);

  // Whether Caller::certificate_names are worth reading.
  bool AsksForCertificates() const { return access_.AsksForCertificates(); }

  // Whether most new sessions come from a few addresses: shared_addresses.h.
  bool HasSharedAddresses() const { return shared_addresses_.Found(); }

  // Whether a message of who sends this is worth parsing: see Access.
  bool MayReport(absl::string_view authorization) const { return access_.MayReport(authorization); }

  // Applies apps, keys, fronts, quotas and limits.max_sessions to all later checks.
  void Update(const Settings& settings);

  // Decodes a message into `*request` and checks every rule that concerns the message alone.
  void Read(absl::string_view message, CheckedRequest* request) const;

  // Each check returns the first reason to reject, or nothing.
  //
  // For every Report and for a stream's first message: it must say who reports, and the sender must
  // be allowed to. Sets `*admitted`.
  std::optional<Rejection> CheckSession(const CheckedRequest& request, const Caller& caller,
                                        Admitted* admitted);
  // For a stream's later messages: none may have a session, and who sends must still be allowed to
  // report for `origin`. `authorization` is that of the stream's Caller.
  std::optional<Rejection> CheckNoSession(const CheckedRequest& request, const Origin& origin,
                                          absl::string_view authorization, Admitted* admitted);
  // For any message, once: takes its tokens. `ahead`: others follow, so it may take some for them.
  std::optional<Rejection> CheckQuotas(const CheckedRequest& request, bool ahead,
                                       Admitted* admitted);
  // For the rest of any message.
  static std::optional<Rejection> CheckBatch(const CheckedRequest& request);

  // Writes into the batch who sends it.
  static void Sign(const SessionId& session, const Admitted& admitted, Batch* batch);

  // The batch that was checked last is not taken after all: gives its tokens back.
  void Return(Admitted* admitted);
  // Gives back what was taken ahead. For the end of a stream.
  void ReturnAhead(Admitted* admitted);

 private:
  std::optional<Rejection> CheckAccess(const Origin& origin, absl::string_view authorization,
                                       Admitted* admitted) const;
  bool HasRoom(const std::string& app) const;

  const KnownSessions& known_;
  const size_t message_bytes_max_;
  Access access_;
  ClientAddress client_address_;
  Quotas quotas_;
  SharedAddresses shared_addresses_;
  std::atomic<uint32_t> sessions_max_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_ADMISSION_H_
