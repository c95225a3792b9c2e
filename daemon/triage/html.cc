#include "daemon/triage/html.h"

#include "absl/strings/str_cat.h"
#include "daemon/triage/numbers_text.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

}  // namespace

std::string HtmlText(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          absl::StrAppend(&out, kReplacement);
        } else {
          out.push_back(c);
        }
    }
  }
  return out;
}

std::string HtmlValue(absl::string_view value) {
  if (value.empty()) return "<i>not said</i>";
  return absl::StrCat("<bdi>", HtmlText(value), "</bdi>");
}

std::string HtmlTime(absl::Time time, absl::Time now) {
  return absl::StrCat("<time datetime=\"",
                      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()), "\">",
                      TimeText(time, now), "</time>");
}

std::string HtmlLink(absl::string_view url, absl::string_view text) {
  return absl::StrCat("<a href=\"", HtmlText(url), "\">", HtmlText(text), "</a>");
}

}  // namespace gmewatch
