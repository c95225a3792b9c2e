#include "daemon/expose/label_text.h"

#include "absl/strings/str_cat.h"
#include "daemon/base/utf8.h"

namespace gmewatch {
namespace {

unsigned char Byte(absl::string_view text, size_t i) { return static_cast<unsigned char>(text[i]); }

}  // namespace

void AppendLabel(absl::string_view name, absl::string_view value, std::string* out) {
  absl::StrAppend(out, name, "=\"");
  while (!value.empty()) {
    const size_t bytes = FirstUtf8Character(value).bytes;
    if (bytes == 0 || value[0] == '\0') {
      out->append("\xEF\xBF\xBD");
    } else if (value[0] == '\\') {
      out->append("\\\\");
    } else if (value[0] == '"') {
      out->append("\\\"");
    } else if (value[0] == '\n') {
      out->append("\\n");
    } else {
      out->append(value.data(), bytes);
    }
    value.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  out->push_back('"');
}

absl::string_view CutAtCharacter(absl::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) {
    return text;
  }
  size_t end = bytes_max;
  while (end > 0 && (Byte(text, end) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end);
}

}  // namespace gmewatch
