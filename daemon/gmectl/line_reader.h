// Reads a text line by line, in memory that does not grow with the text: one block and one line.
//
// Thread safety: none. The stream must outlive the reader. A line ends with \n or \r\n; the last
// one may end without. Errors: INVALID_ARGUMENT, a line of more than kLineBytesMax bytes, or a
// stream that cannot be read.
#ifndef GMEWATCH_DAEMON_GMECTL_LINE_READER_H_
#define GMEWATCH_DAEMON_GMECTL_LINE_READER_H_

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

inline constexpr size_t kLineBytesMax = 4096;

class LineReader {
 public:
  explicit LineReader(std::istream& in) : in_(in) {}

  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // Sets `line` to the next line without its end, valid until the next call. Returns false at the
  // end of the text and if status() is not OK.
  bool Next(absl::string_view* line);

  // The number, from 1, of the last line that Next returned or failed at; 0 before the first.
  int64_t line_number() const { return line_number_; }
  const absl::Status& status() const { return status_; }

 private:
  // Appends to the unread rest of the block; returns false if there is nothing more to read.
  bool Fill();

  std::istream& in_;
  std::string block_;
  size_t begin_ = 0;  // of the unread rest of the block
  int64_t line_number_ = 0;
  absl::Status status_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_LINE_READER_H_
