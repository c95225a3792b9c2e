// Reads the Session of a ReportRequest and checks its rules: a part of CheckRequest.
//
// Thread safety: none. The bytes must live until Check.
#ifndef GMEWATCH_DAEMON_INGEST_SESSION_READER_H_
#define GMEWATCH_DAEMON_INGEST_SESSION_READER_H_

#include "absl/strings/string_view.h"
#include "daemon/ingest/check_batch.h"

namespace gmewatch {

class SessionReader {
 public:
  // False where the bytes are no Session. Read again, a later one adds to an earlier one, as
  // Protobuf has it.
  bool Read(absl::string_view bytes);

  // Hands the session over, or the first rule that it breaks.
  void Check(CheckedRequest* out);

 private:
  SessionInfo session_;
  absl::string_view id_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_SESSION_READER_H_
