#include "daemon/gmectl/row_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace gmewatch {

RowReader::RowReader(std::istream& in, std::string name, const RowForm& form)
    : lines_(in), name_(std::move(name)), form_(form) {}

bool RowReader::Next(CountRow* row) {
  absl::string_view line;
  while (status_.ok() && lines_.Next(&line)) {
    // Excel begins files with it.
    if (lines_.line_number() == 1) absl::ConsumePrefix(&line, "\xEF\xBB\xBF");
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    const bool header = std::exchange(header_allowed_, false) && IsHeader(line, form_);
    const absl::Status read = header ? CheckHeader(line) : Read(line, row);
    if (!read.ok()) status_ = Fault(lines_.line_number(), read.message());
    if (!header) return status_.ok();
  }
  if (!status_.ok()) return false;
  if (!lines_.status().ok()) {
    status_ = Fault(lines_.line_number(), lines_.status().message());
  } else if (last_line_ == 0) {
    status_ = Fault(lines_.line_number(),
                    absl::StrCat("there are no rows; allowed: at least one ", form_.shortest));
  }
  return false;
}

absl::Status RowReader::Read(absl::string_view line, CountRow* row) {
  absl::StatusOr<CountRow> parsed = ParseCountRow(line, form_);
  if (!parsed.ok()) return parsed.status();
  if (parsed->parsed.time <= last_time_) {
    return absl::InvalidArgumentError(
        absl::StrCat("the timestamp ", parsed->timestamp, " is not after that of line ", last_line_,
                     "; allowed: rows in order of time, one per step"));
  }
  *row = *std::move(parsed);
  row->line = lines_.line_number();
  last_time_ = row->parsed.time;
  last_line_ = row->line;
  return absl::OkStatus();
}

absl::StatusOr<int64_t> RowReader::TickOf(const CountRow& row, const TickGrid& grid) {
  const int64_t tick = grid.TickAt(row.parsed.time);
  if (tick <= last_tick_) {
    return Fault(
        row.line,
        absl::StrCat("the timestamp ", row.timestamp, " is in the same step of ",
                     absl::FormatDuration(grid.step()),
                     " as the row before it; allowed: one row per step (set with --step)"));
  }
  if (tick > UINT32_MAX) {
    return Fault(row.line, absl::StrCat("the timestamp ", row.timestamp,
                                        " is too late; allowed: up to 2106"));
  }
  last_tick_ = tick;
  return tick;
}

absl::Status RowReader::Fault(int64_t line, absl::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrCat(name_, ":", std::max<int64_t>(1, line), ": ", what));
}

}  // namespace gmewatch
