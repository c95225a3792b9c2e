// Checks and copies text for the wire: printable UTF-8 only, because one bad character in a string
// field makes the server reject the whole batch.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_CLIENT_SRC_TEXT_H_
#define GMEWATCH_CLIENT_SRC_TEXT_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace gmewatch::client {

// The length in bytes of the printable UTF-8 character that `text` begins with. 0 if `text` is
// empty or begins with a character that hides or moves text, such as a control character, a space
// but U+0020, a mark of zero width or of private use, or with a byte that is not UTF-8.
size_t PrintableCharacter(absl::string_view text);

bool IsPrintable(absl::string_view text);

// 1 to 64 characters of A-Z a-z 0-9 . _ -
bool IsLabel(absl::string_view text);

// Copies `text` to `to`, at most `size` bytes and whole characters only, with '?' for each byte
// that is not printable; returns the number of bytes written.
size_t CopyPrintable(absl::string_view text, char* to, size_t size);

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_TEXT_H_
