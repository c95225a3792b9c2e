// The rules for texts on the wire: names that become labels, and strings that people read.
#ifndef GMEWATCH_DAEMON_INGEST_CHECK_TEXT_H_
#define GMEWATCH_DAEMON_INGEST_CHECK_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// 1 to 64 characters of A-Z a-z 0-9 . _ - and not one of ours ("all", "other").
bool IsLabel(absl::string_view text);

// Up to `bytes_max` bytes of UTF-8 without control characters, line separators and marks that
// change the direction of text: nothing that would look like something else on a page.
bool IsPrintable(absl::string_view text, size_t bytes_max);

// What the two allow, in words.
inline constexpr absl::string_view kLabelRule =
    "1 to 64 characters of A-Z a-z 0-9 . _ - are allowed, but not \"all\" or \"other\"";
inline constexpr absl::string_view kTextRule = "up to 64 bytes of printable UTF-8 are allowed";

// Quoted and escaped for a message, cut at 80 bytes.
std::string Quote(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_CHECK_TEXT_H_
