// Reads series and windows of the Numenta Anomaly Benchmark from a folder: windows.json and the
// files that it names, which have rows `timestamp,value` below a header line.
//
// Thread safety: free functions without state. NOT_FOUND if a file cannot be read,
// INVALID_ARGUMENT if it cannot be parsed.
#ifndef GMEWATCH_TESTS_EVALUATION_NAB_FILES_H_
#define GMEWATCH_TESTS_EVALUATION_NAB_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/evaluation/nab_score.h"

namespace gmewatch::detect_eval {

inline constexpr int64_t kNabTickSeconds = 300;

struct NabSeries {
  std::string name;
  std::vector<int64_t> ticks;  // of each row, since 1970; increasing
  std::vector<uint64_t> values;
  std::vector<NabWindow> windows;
};

struct NabLabels {
  std::string file;
  std::vector<std::pair<absl::Time, absl::Time>> windows;
};

absl::StatusOr<std::vector<NabSeries>> ReadNab(const std::string& folder);

// Parses windows.json: an object from file names to lists of pairs of times.
absl::StatusOr<std::vector<NabLabels>> ParseNabLabels(absl::string_view text);

// Parses the rows of one file; leaves `windows` empty.
absl::StatusOr<NabSeries> ParseNabSeries(absl::string_view text);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_NAB_FILES_H_
