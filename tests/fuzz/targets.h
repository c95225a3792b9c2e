// What the fuzz targets hold their inputs to: one function each, for libFuzzer and for the test
// that replays what it found. A broken invariant ends the process, with the words that say which.
//
// Thread safety: each is called by one thread at a time. Any bytes are allowed.
#ifndef GMEWATCH_TESTS_FUZZ_TARGETS_H_
#define GMEWATCH_TESTS_FUZZ_TARGETS_H_

#include "absl/strings/string_view.h"

namespace gmewatch {

// A ReportRequest: CheckRequest and the generated parser read the same, and it finds a rule broken
// where the wire's comments do.
void FuzzBatch(absl::string_view bytes);

// An epoch's record: what Parse takes comes back from Serialize as it was, and counting it counts
// every event once.
void FuzzEpoch(absl::string_view bytes);

// A catalogue file: what is taken keeps the rules of catalog.proto and comes back when it is
// written anew; what is not is told with file, line and column.
void FuzzCatalog(absl::string_view bytes);

// A settings file: the same, by config.proto.
void FuzzSettings(absl::string_view bytes);

// Ends the process where `kept` is false.
void Require(bool kept, absl::string_view what);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_FUZZ_TARGETS_H_
