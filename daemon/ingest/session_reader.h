// Reads the Session of a ReportRequest and checks its rules, for CheckRequest.
//
// Thread safety: none. Lifetime: the bytes must live until Check.
#ifndef GMEWATCH_DAEMON_INGEST_SESSION_READER_H_
#define GMEWATCH_DAEMON_INGEST_SESSION_READER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "daemon/ingest/check_batch.h"

namespace gmewatch {

class SessionReader {
 public:
  // Returns false if the bytes are not a Session. If called again, the later session is merged into
  // the earlier one, as in Protobuf; a text that was not UTF-8 stays a violation.
  bool Read(absl::string_view bytes);

  // Sets out->session, or out->session_violation to the first rule that the session breaks.
  void Check(CheckedRequest* out);

 private:
  void TakeText(absl::string_view field, absl::string_view bytes, std::string* text);

  SessionInfo session_;
  absl::string_view id_;
  absl::string_view broken_field_;  // the first that was not UTF-8, or empty
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_SESSION_READER_H_
