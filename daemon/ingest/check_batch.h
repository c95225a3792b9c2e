// Turns the bytes of a ReportRequest into a Batch and a Session, and checks every rule that
// error_reporting.proto states for them. It decodes itself, for speed; a fuzz target and a test
// hold it against the generated parser.
//
// Thread safety: free functions over their arguments.
#ifndef GMEWATCH_DAEMON_INGEST_CHECK_BATCH_H_
#define GMEWATCH_DAEMON_INGEST_CHECK_BATCH_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "daemon/model/batch.h"

namespace gmewatch {

// Which field breaks a rule, what it was, what is allowed.
struct Violation {
  std::string field;
  std::string description;
};

// Keeps the first.
void Violate(std::optional<Violation>* out, absl::string_view field, std::string description);

// What Session says of who reports.
struct SessionInfo {
  SessionId id;
  Origin origin;
};

struct CheckedRequest {
  // Present where the message had a session and that session is right.
  std::optional<SessionInfo> session;
  bool has_session = false;
  // The bytes are no ReportRequest at all; then both violations say so.
  bool malformed = false;
  // The first rule that the session breaks, and that the rest breaks.
  std::optional<Violation> session_violation;
  std::optional<Violation> batch_violation;
  // The sum of counts as far as it could be read; for a batch that is refused.
  uint64_t events = 0;
  // Good where there is no violation. batch.session is set by the caller.
  Batch batch;

  // Ready for the next message; memory is kept.
  void Clear();
};

// `bytes` need not live longer than the call.
void CheckRequest(absl::string_view bytes, CheckedRequest* request);

// "field: description", for status messages and RefusedBatch.reason.
std::string ToString(const Violation& violation);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_CHECK_BATCH_H_
