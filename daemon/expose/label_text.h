// Text as it stands in a label's value of the exposition format.
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_EXPOSE_LABEL_TEXT_H_
#define GMEWATCH_DAEMON_EXPOSE_LABEL_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// `NAME="VALUE"`, with what would end the value or the line escaped. Prometheus drops a whole
// scrape for one byte that is not UTF-8, so such a byte, and NUL, becomes U+FFFD.
void AppendLabel(absl::string_view name, absl::string_view value, std::string* out);

// At most `bytes_max` bytes of `text`, and no half of a UTF-8 character.
absl::string_view CutAtCharacter(absl::string_view text, size_t bytes_max);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_LABEL_TEXT_H_
