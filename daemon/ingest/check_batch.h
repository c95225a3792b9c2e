// Turns the bytes of a ReportRequest into a SessionInfo and a Batch, and checks every rule that
// error_reporting.proto states for them. The decoder is our own (ARCHITECTURE.md, "A decoder of our
// own"); a fuzz target and a test compare it with the generated parser.
//
// Thread safety: free functions over their arguments.
#ifndef GMEWATCH_DAEMON_INGEST_CHECK_BATCH_H_
#define GMEWATCH_DAEMON_INGEST_CHECK_BATCH_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "daemon/model/batch.h"

namespace gmewatch {

// A rule of the wire that a message breaks.
struct Violation {
  std::string field;        // empty: the message as a whole
  std::string description;  // what the field is, and what is allowed
};

// Sets `*out`, unless it has a violation already: the first one is reported.
void Violate(std::optional<Violation>* out, absl::string_view field, std::string description);

// Who reports.
struct SessionInfo {
  SessionId id;
  Origin origin;
};

struct CheckedRequest {
  // Set if the message has a session that breaks no rule.
  std::optional<SessionInfo> session;
  bool has_session = false;
  // The bytes are not a ReportRequest. Both violations then say so.
  bool malformed = false;
  // The first rule that the session breaks, and the first that the rest of the message breaks.
  std::optional<Violation> session_violation;
  std::optional<Violation> batch_violation;
  // Sum of the counts that could be read, at most kEventsPerBatchMax: the events of a batch that is
  // rejected.
  uint64_t events = 0;
  // Valid if there is no violation. The caller sets batch.session.
  Batch batch;

  // Makes it ready for the next message; keeps its memory.
  void Clear();
};

// Replaces the contents of `*request`. It keeps no pointer into `bytes`.
void CheckRequest(absl::string_view bytes, CheckedRequest* request);

// "FIELD DESCRIPTION", for status messages and RefusedBatch.reason.
std::string ToString(const Violation& violation);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_CHECK_BATCH_H_
