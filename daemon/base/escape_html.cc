#include "daemon/base/escape_html.h"

namespace gmewatch {
namespace {

// Empty if the byte needs no escape.
absl::string_view EscapeOf(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\t':
    case '\n':
      return "";
    default: {
      const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
      return is_control ? "\xef\xbf\xbd" : "";
    }
  }
}

}  // namespace

std::string EscapeHtml(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const absl::string_view escape = EscapeOf(c);
    if (escape.empty()) {
      out.push_back(c);
    } else {
      out.append(escape.data(), escape.size());
    }
  }
  return out;
}

}  // namespace gmewatch
