// Reads series and windows of the Numenta Anomaly Benchmark from a folder: windows.json and the
// files that it names, rows `timestamp,value` under a head.
//
// Thread safety: free functions without state. NOT_FOUND where a file cannot be read,
// INVALID_ARGUMENT where one is not as it should be.
#ifndef GMEWATCH_TESTS_BENCH_DETECT_NAB_FILES_H_
#define GMEWATCH_TESTS_BENCH_DETECT_NAB_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/bench/detect/nab_score.h"

namespace gmewatch::detect_eval {

inline constexpr int64_t kNabTickSeconds = 300;

struct NabSeries {
  std::string name;
  std::vector<int64_t> ticks;  // of each row, since 1970; rising
  std::vector<uint64_t> values;
  std::vector<NabWindow> windows;
};

struct NabLabels {
  std::string file;
  std::vector<std::pair<absl::Time, absl::Time>> windows;
};

absl::StatusOr<std::vector<NabSeries>> ReadNab(const std::string& folder);

// Of windows.json: an object of lists of pairs of times, by file name.
absl::StatusOr<std::vector<NabLabels>> ParseNabLabels(absl::string_view text);

// The rows of one file; `windows` is left empty.
absl::StatusOr<NabSeries> ParseNabSeries(absl::string_view text);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_BENCH_DETECT_NAB_FILES_H_
