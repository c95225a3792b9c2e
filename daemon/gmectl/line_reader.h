// A text's lines, one by one, whatever its length: a block and a line are all that is kept.
//
// Thread safety: none. The stream must outlive the reader. A line ends with \n or \r\n, the last
// one need not. Errors: INVALID_ARGUMENT, a line of more than kLineBytesMax bytes, or a stream that
// cannot be read.
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

  // The next line without its end; valid until the next call. False: there is none, or status() is
  // not OK.
  bool Next(absl::string_view* line);

  // Of the last line that Next gave or failed at, from 1; 0 before the first.
  int64_t line_number() const { return line_number_; }
  const absl::Status& status() const { return status_; }

 private:
  // Reads on behind what is left of the block; false where there is no more.
  bool Fill();

  std::istream& in_;
  std::string block_;
  size_t begin_ = 0;  // of what is left of the block
  int64_t line_number_ = 0;
  absl::Status status_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_LINE_READER_H_
