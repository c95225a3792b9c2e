#include "daemon/ingest/check_text.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/printable.h"
#include "daemon/base/utf8.h"

namespace gmewatch {
namespace {

constexpr size_t kQuotedBytesMax = 80;

}  // namespace

bool IsPrintable(absl::string_view text, size_t bytes_max) {
  if (text.size() > bytes_max) return false;
  while (!text.empty()) {
    const Utf8Character character = FirstUtf8Character(text);
    if (character.bytes == 0 || !IsPrintableCodePoint(character.code_point)) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

std::string Quote(absl::string_view text) {
  const absl::string_view shown = text.substr(0, kQuotedBytesMax);
  return absl::StrCat("\"", absl::CHexEscape(shown), shown.size() < text.size() ? "..." : "", "\"");
}

}  // namespace gmewatch
