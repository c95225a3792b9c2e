// Reads one row of past counts, `timestamp,value`, as people write it.
//
// Thread safety: free functions without state. Errors: INVALID_ARGUMENT, what the text was and what
// is allowed; the caller adds the file and the line.
#ifndef GMEWATCH_DAEMON_GMECTL_COUNT_ROW_H_
#define GMEWATCH_DAEMON_GMECTL_COUNT_ROW_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch {

// How a timestamp is written.
enum class TimestampForm : uint8_t {
  kSeconds,  // since 1970
  kBlank,    // 2015-02-26 21:42:53
  kT,        // 2015-02-26T21:42:53Z
};

struct Timestamp {
  absl::Time time;
  TimestampForm form = TimestampForm::kSeconds;
};

struct CountRow {
  std::string timestamp;  // as written in the row
  Timestamp parsed;
  uint64_t value = 0;  // up to 2^53
};

// Seconds since 1970, or a date and a time of day in UTC; either with up to nine digits of a
// fraction, from 1970 to 2106.
absl::StatusOr<Timestamp> ParseTimestamp(absl::string_view text);

// A whole number from 0 to 2^53; zeros after a decimal point are allowed.
absl::StatusOr<uint64_t> ParseCount(absl::string_view text);

// Two columns; blanks and double quotes around each are removed.
absl::StatusOr<CountRow> ParseCountRow(absl::string_view line);

// Whether a first line names columns. A line whose first column begins like a number is a row, so
// that a faulty row is not taken for a header.
bool IsHeader(absl::string_view line);

std::string FormatTimestamp(absl::Time time, TimestampForm form);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_COUNT_ROW_H_
