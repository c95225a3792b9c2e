// How wide text is on a terminal: an accent takes no column of its own, a Chinese character two.
//
// Thread safe. Any bytes may be given; none of what comes back moves the cursor or changes a
// colour, whoever wrote it.
#ifndef GMEWATCH_DAEMON_GMECTL_TEXT_COLUMNS_H_
#define GMEWATCH_DAEMON_GMECTL_TEXT_COLUMNS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gmewatch {

// With '?' for each byte that is not part of a printable character.
std::string Printable(absl::string_view text);

// REQUIRES of all below: `text` is printable.
size_t ColumnsOf(absl::string_view text);

// At most `columns` wide; what is cut off is told by "..", at the end or at the start. REQUIRES:
// columns >= 2.
std::string CutEnd(absl::string_view text, size_t columns);
std::string CutStart(absl::string_view text, size_t columns);

// Lines of at most `columns`, broken at spaces; a word that is wider stands alone and is not cut.
// At least one line.
std::vector<std::string> Wrap(absl::string_view text, size_t columns);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_TEXT_COLUMNS_H_
