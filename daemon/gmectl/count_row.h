// One row of past counts, `timestamp,value`, as people write it.
//
// Thread safety: free functions without state. Errors: INVALID_ARGUMENT, what it was and what is
// allowed; where it stands is for the caller to say.
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
  std::string timestamp;  // as it was given
  Timestamp parsed;
  uint64_t value = 0;  // up to 2^53
};

// Seconds since 1970 or a date and a time of day in UTC, either with up to nine digits of a
// fraction; from 1970 to 2106.
absl::StatusOr<Timestamp> ParseTimestamp(absl::string_view text);

// A whole number from 0 to 2^53; zeros behind a point are no fraction.
absl::StatusOr<uint64_t> ParseCount(absl::string_view text);

// Two columns, with or without blanks around them and quotes.
absl::StatusOr<CountRow> ParseCountRow(absl::string_view line);

// Whether a first line names columns rather than being a row. A first column that begins as a
// number does is none: a row with a fault is not to pass for a header.
bool IsHeader(absl::string_view line);

std::string FormatTimestamp(absl::Time time, TimestampForm form);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_COUNT_ROW_H_
