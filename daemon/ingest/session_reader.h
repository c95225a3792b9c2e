// Reads the Session of a ReportRequest and checks its rules: a part of CheckRequest.
//
// Thread safety: none. The bytes must live until Check.
#ifndef GMEWATCH_DAEMON_INGEST_SESSION_READER_H_
#define GMEWATCH_DAEMON_INGEST_SESSION_READER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "daemon/ingest/check_batch.h"

namespace gmewatch {

class SessionReader {
 public:
  // False where the bytes are no Session. Read again, a later one adds to an earlier one, as
  // Protobuf has it; a text that is no UTF-8 stays wrong.
  bool Read(absl::string_view bytes);

  // Hands the session over, or the first rule that it breaks.
  void Check(CheckedRequest* out);

 private:
  void TakeText(absl::string_view field, absl::string_view bytes, std::string* text);

  SessionInfo session_;
  absl::string_view id_;
  absl::string_view broken_field_;  // the first that was no UTF-8; empty: none was
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_SESSION_READER_H_
