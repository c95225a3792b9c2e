// Decides whether a batch may be counted: the one place that says why it is rejected.
//
// - invalid: the batch, its session or its stream breaks a rule of error_reporting.proto, or the
//   message is larger than ingest.max_message_bytes (CheckSession, CheckNoSession, CheckBatch).
// - unauthenticated, permission_denied: the sender may not report for the app or region
//   (CheckSession, by Access).
// - session_limit: the session is new and limits.max_sessions are known (CheckSession).
// - overloaded, log_failed, stopping: the committer has no room for a Report, its log fails, or it
//   is stopping (Committer::Append, under its lock).
//
// model/reject_reason.h declares the reasons.
//
// A stream is never rejected as overloaded: it is held (stream_call.h). Back-pressure comes before
// `overloaded` (back_pressure.h).
//
// Thread safety: every method may be called from any thread; Read by one at a time for each
// Scratch.
#ifndef GMEWATCH_DAEMON_INGEST_ADMISSION_H_
#define GMEWATCH_DAEMON_INGEST_ADMISSION_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>
#include <grpcpp/support/string_ref.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>

#include "daemon/aggregate/aggregate.h"
#include "daemon/config/settings.h"
#include "daemon/ingest/access.h"
#include "daemon/ingest/check_batch.h"
#include "daemon/ingest/completion_event.h"
#include "daemon/model/reject_reason.h"

namespace gmewatch {

// Why a batch is not counted.
struct Rejection {
  RejectReason reason = RejectReason::kInvalid;
  grpc::Status status;  // for the sender: what is wrong, what is allowed, when to try again
};

class Admission {
 public:
  using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

  // `aggregate` must outlive it.
  Admission(const Settings& settings, const Aggregate* aggregate);

  // Applies apps, keys and limits.max_sessions to all later checks.
  void Update(const Settings& settings);

  // Decodes a message into scratch->request and checks every rule that concerns the message alone.
  void Read(grpc::ByteBuffer* message, Scratch* scratch) const;

  // Each check returns the first reason to reject, or nothing.
  //
  // For every Report and for a stream's first message: it must say who reports, and the sender must
  // be allowed to. `metadata` is that of the call.
  std::optional<Rejection> CheckSession(const CheckedRequest& request,
                                        const Metadata& metadata) const;
  // For a stream's later messages: none may have a session.
  static std::optional<Rejection> CheckNoSession(const CheckedRequest& request);
  // For the rest of any message.
  static std::optional<Rejection> CheckBatch(const CheckedRequest& request);

 private:
  const Aggregate& aggregate_;
  const size_t message_bytes_max_;
  Access access_;
  std::atomic<uint32_t> sessions_max_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_ADMISSION_H_
