// Reads a file of past counts row by row: skips the header and empty lines, and checks that the
// rows are in order of time, at most one for each step.
//
// Thread safety: none. The stream must outlive the reader. Memory: a block of text. Errors:
// INVALID_ARGUMENT, "NAME:LINE: what is wrong; what is allowed".
#ifndef GMEWATCH_DAEMON_GMECTL_ROW_READER_H_
#define GMEWATCH_DAEMON_GMECTL_ROW_READER_H_

#include <cstdint>
#include <istream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/gmectl/count_row.h"
#include "daemon/gmectl/line_reader.h"
#include "daemon/gmectl/tick_grid.h"

namespace gmewatch {

class RowReader {
 public:
  // `name`: that of the file, for errors.
  RowReader(std::istream& in, std::string name, const RowForm& form);

  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  // Sets `row` to the next row. Returns false at the end of the file and if status() is not OK. A
  // file without rows is an error.
  bool Next(CountRow* row);
  const absl::Status& status() const { return status_; }
  const std::string& name() const { return name_; }

  // Returns the tick of a row. REQUIRES: is called for each row, in order.
  absl::StatusOr<int64_t> TickOf(const CountRow& row, const TickGrid& grid);

  // An error of a line.
  absl::Status Fault(int64_t line, absl::string_view what) const;

 private:
  absl::Status Read(absl::string_view line, CountRow* row);

  LineReader lines_;
  const std::string name_;
  const RowForm form_;
  bool header_allowed_ = true;
  absl::Time last_time_ = absl::InfinitePast();
  int64_t last_line_ = 0;  // of the last row; 0: none
  int64_t last_tick_ = -1;
  absl::Status status_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_ROW_READER_H_
