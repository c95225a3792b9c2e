// Reads one row of past counts, `timestamp,value` or `timestamp,value,successes`, as people write
// it.
//
// Thread safety: free functions without state. Errors: INVALID_ARGUMENT, what the text was and what
// is allowed; the caller adds the file and the line.
#ifndef GMEWATCH_DAEMON_GMECTL_COUNT_ROW_H_
#define GMEWATCH_DAEMON_GMECTL_COUNT_ROW_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
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
  std::optional<uint64_t> successes;
  int64_t line = 0;  // of its file
};

// The columns that the rows of a file may have. Those after the second may be missing.
struct RowForm {
  int64_t columns_max = 2;
  absl::string_view value;     // what the second column is called in an error
  absl::string_view shortest;  // names of the columns that a row must have
  absl::string_view allowed;
};
inline constexpr RowForm kCountRow = {3, "value", "timestamp,value",
                                      "2, timestamp,value, or 3, timestamp,value,successes"};
// Those of a file beside one of successes.
inline constexpr RowForm kCountRowAlone = {
    2, "value", "timestamp,value", "2, timestamp,value, as --successes names a file of successes"};
inline constexpr RowForm kSuccessesRow = {2, "number of successes", "timestamp,successes",
                                          "2, timestamp,successes"};

// Seconds since 1970, or a date and a time of day in UTC; either with up to nine digits of a
// fraction, from 1970 to 2106.
absl::StatusOr<Timestamp> ParseTimestamp(absl::string_view text);

// Blanks and double quotes around each column are removed. A number is whole, from 0 to 2^53; zeros
// after a decimal point are allowed. An empty third column is the same as none.
absl::StatusOr<CountRow> ParseCountRow(absl::string_view line, const RowForm& form);

// Whether a first line names columns. A line whose first column begins like a number is a row, so
// that a faulty row is not taken for a header.
bool IsHeader(absl::string_view line, const RowForm& form);
// A third column must be called "successes": in many files it has labels.
absl::Status CheckHeader(absl::string_view line);

std::string FormatTimestamp(absl::Time time, TimestampForm form);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_COUNT_ROW_H_
