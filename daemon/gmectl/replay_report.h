// Writes the output of `gmectl replay`: one row for each row of the input, as CSV or JSON, and a
// summary.
//
// Thread safety: none. The stream must outlive the writer. Errors: UNAVAILABLE, the stream cannot
// be written.
#ifndef GMEWATCH_DAEMON_GMECTL_REPLAY_REPORT_H_
#define GMEWATCH_DAEMON_GMECTL_REPLAY_REPORT_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/detect/series/standalone_detector.h"
#include "daemon/gmectl/count_row.h"

namespace gmewatch {

class ReplayWriter {
 public:
  // Writes CSV with a header before the first row, or one JSON object per line:
  // {"timestamp":"2015-02-26 21:42:53","value":104,"expected":98.32,"score":0.11,"active":false,
  // "since":null}
  ReplayWriter(std::ostream& out, bool json) : out_(out), json_(json) {}

  ReplayWriter(const ReplayWriter&) = delete;
  ReplayWriter& operator=(const ReplayWriter&) = delete;

  // `since`: when the rise began, if it is active.
  absl::Status Write(const CountRow& row, const Observation& seen, absl::Time since);
  // Writes the rest.
  absl::Status Finish();

 private:
  std::ostream& out_;
  const bool json_;
  bool begun_ = false;
  std::string text_;  // not written yet
};

struct ReplaySummary {
  int64_t rows = 0;
  int64_t rows_with_successes = 0;
  int64_t gaps = 0;
  int64_t missing_rows = 0;  // in all gaps
  int64_t spikes = 0;
  absl::Duration step;
  absl::Time first_spike;  // its start, if spikes > 0
  absl::Time last_spike;
  TimestampForm form = TimestampForm::kSeconds;
};

// One line, such as
// 400 rows 10s apart, no gaps, 1 spike from 2015-02-26 22:00:03
std::string FormatReplaySummary(const ReplaySummary& summary);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_REPLAY_REPORT_H_
