#include "daemon/triage/html_elements.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "daemon/base/escape_html.h"
#include "daemon/triage/numbers_text.h"

namespace gmewatch {

std::string HtmlName(absl::string_view name) {
  return absl::StrReplaceAll(EscapeHtml(name), {{"_", "_<wbr>"}});
}

std::string HtmlValue(absl::string_view value) {
  if (value.empty()) return "<i>not said</i>";
  return absl::StrCat("<bdi>", EscapeHtml(value), "</bdi>");
}

std::string HtmlTime(absl::Time time, absl::Time now) {
  return absl::StrCat("<time datetime=\"",
                      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()), "\">",
                      TimeText(time, now), "</time>");
}

std::string HtmlLink(absl::string_view url, absl::string_view text) {
  return absl::StrCat("<a href=\"", EscapeHtml(url), "\">", EscapeHtml(text), "</a>");
}

}  // namespace gmewatch
