// Text as the value of a label in the exposition format.
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_EXPOSE_LABEL_TEXT_H_
#define GMEWATCH_DAEMON_EXPOSE_LABEL_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// `text` with U+FFFD in place of NUL and of each byte that is not UTF-8: Prometheus drops a whole
// scrape for one such byte.
std::string ValidLabelValue(absl::string_view text);

// Appends `NAME="VALUE"`, with a valid value in which quotes, backslashes and line ends are
// escaped.
void AppendLabel(absl::string_view name, absl::string_view value, std::string* out);

// The first `bytes_max` bytes of `text`, or fewer so that the last character is whole. REQUIRES:
// `text` is UTF-8.
absl::string_view CutAtCharacter(absl::string_view text, size_t bytes_max);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_LABEL_TEXT_H_
