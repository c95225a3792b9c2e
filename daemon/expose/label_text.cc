#include "daemon/expose/label_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "daemon/base/utf8.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

}  // namespace

std::string ValidLabelValue(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t valid = std::min(Utf8PrefixBytes(text), text.find('\0'));
    out.append(text.data(), valid);
    text.remove_prefix(valid);
    if (text.empty()) break;
    out.append(kReplacement.data(), kReplacement.size());
    text.remove_prefix(1);
  }
  return out;
}

void AppendLabel(absl::string_view name, absl::string_view value, std::string* out) {
  absl::StrAppend(
      out, name, "=\"",
      absl::StrReplaceAll(ValidLabelValue(value), {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}),
      "\"");
}

absl::string_view CutAtCharacter(absl::string_view text, size_t bytes_max) {
  const absl::string_view cut = text.substr(0, bytes_max);
  return cut.substr(0, Utf8PrefixBytes(cut));
}

}  // namespace gmewatch
