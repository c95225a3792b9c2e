#include "daemon/expose/label_text.h"

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

unsigned char Byte(absl::string_view text, size_t i) { return static_cast<unsigned char>(text[i]); }

// By the first byte alone; 0 where no character begins with it.
size_t LengthByFirst(unsigned char first) {
  if (first < 0x80) {
    return 1;
  }
  if (first < 0xC2 || first > 0xF4) {
    return 0;
  }
  return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

// The bytes of the UTF-8 character that the text begins with; 0 where it is none. REQUIRES:
// !text.empty().
size_t CharacterBytes(absl::string_view text) {
  const unsigned char first = Byte(text, 0);
  const size_t bytes = LengthByFirst(first);
  if (bytes <= 1) {
    return bytes;
  }
  if (text.size() < bytes) {
    return 0;
  }
  for (size_t i = 1; i < bytes; ++i) {
    if ((Byte(text, i) & 0xC0) != 0x80) {
      return 0;
    }
  }
  // Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
  const unsigned char second = Byte(text, 1);
  const bool bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                   (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return bad ? 0 : bytes;
}

}  // namespace

void AppendLabel(absl::string_view name, absl::string_view value, std::string* out) {
  absl::StrAppend(out, name, "=\"");
  while (!value.empty()) {
    const size_t bytes = CharacterBytes(value);
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
