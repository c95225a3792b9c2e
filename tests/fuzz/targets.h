// The fuzz targets: one function each, called by libFuzzer and by the test that replays its
// findings. A broken rule aborts the process with the rule on standard error (require.h).
//
// Thread safety: one thread at a time calls each. Any bytes are allowed.
#ifndef GMEWATCH_TESTS_FUZZ_TARGETS_H_
#define GMEWATCH_TESTS_FUZZ_TARGETS_H_

#include "absl/strings/string_view.h"

namespace gmewatch {

// A ReportRequest: CheckRequest and the generated parser read the same batch, and CheckRequest
// finds exactly the violations of the rules in error_reporting.proto.
void FuzzBatch(absl::string_view bytes);

// A request to the Connect port, as lines of headers, an empty line and the body: what is read as
// JSON is a message and reads the same after it was written out; an error is JSON, whatever text of
// the sender it shows.
void FuzzConnect(absl::string_view bytes);

// An epoch's record: Serialize gives back what Parse has read, and applying it counts every event
// once.
void FuzzEpoch(absl::string_view bytes);

// The core in C (client/c): an answer, calls or a spool. Protobuf reads what it writes and writes
// what it reads; no bytes of another server give counts up.
void FuzzCore(absl::string_view bytes);

// A catalogue file: an accepted one keeps the rules of catalog.proto and reads the same after it
// was written out; a rejected one has an error with file, line and column.
void FuzzCatalog(absl::string_view bytes);

// A settings file: the same, with the rules of config.proto.
void FuzzSettings(absl::string_view bytes);

// The rows of a checkpoint, then an epoch's record: damage is named, what was restored is saved the
// same, and counting goes on.
void FuzzCheckpoint(absl::string_view bytes);

// The detector's saved pages: damage is named and nothing loaded; else ticks go on and what they
// save is loaded.
void FuzzDetector(absl::string_view bytes);

// The triage page's saved history: the same.
void FuzzHistory(absl::string_view bytes);

// Headers and query of a request to the admin port: who may read, how many codes, which format.
void FuzzRequest(absl::string_view bytes);

// A token of a player: what is read has its form and can be signed again.
void FuzzToken(absl::string_view bytes);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_FUZZ_TARGETS_H_
