// Measures, cuts and wraps text in the columns of a terminal: a combining accent takes no column, a
// Chinese character two.
//
// Thread safety: free functions without state. Printable takes any bytes; its result cannot move
// the cursor or change a colour, whoever wrote the text.
#ifndef GMEWATCH_DAEMON_GMECTL_TEXT_COLUMNS_H_
#define GMEWATCH_DAEMON_GMECTL_TEXT_COLUMNS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gmewatch {

// `text` with '?' in place of each byte that is not part of a printable character.
std::string Printable(absl::string_view text);

// REQUIRES of all below: `text` is printable.
size_t ColumnsOf(absl::string_view text);

// Cuts `text` to at most `columns`; ".." at the end or at the start marks the cut. REQUIRES:
// columns >= 2.
std::string CutEnd(absl::string_view text, size_t columns);
std::string CutStart(absl::string_view text, size_t columns);

// Breaks `text` at spaces into lines of at most `columns`. A word that is wider gets a line of its
// own and is not cut. Returns at least one line.
std::vector<std::string> Wrap(absl::string_view text, size_t columns);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_TEXT_COLUMNS_H_
