// The rule for texts on the wire that people read. Names that become labels: daemon/model/label.h.
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_INGEST_CHECK_TEXT_H_
#define GMEWATCH_DAEMON_INGEST_CHECK_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// Up to `bytes_max` bytes of UTF-8 without characters that hide or move text (base/printable.h), so
// that no text can pass for another one on a page.
bool IsPrintable(absl::string_view text, size_t bytes_max);

// The rule in words, for error messages.
inline constexpr absl::string_view kTextRule =
    "up to 64 bytes of printable UTF-8 are allowed, without characters that are not seen";

// The text in quotes for an error message: escaped, cut at 80 bytes.
std::string Quote(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_CHECK_TEXT_H_
