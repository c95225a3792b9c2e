#include "daemon/triage/page.h"

#include <sys/random.h>

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/escape_html.h"

namespace gmewatch {
namespace {

absl::string_view ColorOf(PageState state) {
  switch (state) {
    case PageState::kNeutral:
      return "888";
    case PageState::kCalm:
      return "2a2";
    case PageState::kTroubled:
      return "d22";
  }
  return "";
}

}  // namespace

std::string NewNonce() {
  std::array<char, 16> bytes{};
  // getrandom(2) never returns fewer than 16 bytes if 16 are asked for.
  const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
  static_cast<void>(got);
  return absl::WebSafeBase64Escape(absl::string_view(bytes.data(), bytes.size()));
}

std::string PageHeaders(absl::string_view nonce) {
  return absl::StrCat("Content-Security-Policy: default-src 'none'; style-src 'nonce-", nonce,
                      "'; script-src 'nonce-", nonce,
                      "'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                      "frame-ancestors 'none'\r\nReferrer-Policy: no-referrer\r\n");
}

std::string RenderPage(const Page& page, absl::string_view nonce) {
  const std::string title = EscapeHtml(page.title);
  const absl::string_view color = ColorOf(page.state);
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
      title,
      "</title>\n<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg "
      "xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='4' "
      "fill='%23",
      color, "'/%3E%3C/svg%3E\">\n<style nonce=\"", nonce, "\">\n", PageStyle(),
      "</style>\n</head><body>\n<header><nav aria-label=\"Pages\"><a class=\"home\" href=\"",
      page.root, "\">gmewatch</a> <a href=\"", page.root, "codes/\">All codes</a></nav>\n",
      "<p id=\"stale\" role=\"alert\" hidden>gmewatchd does not answer. This page is out of "
      "date.</p>\n",
      "</header>\n<main>\n", page.main, "<p class=\"asof\">As of ",
      absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", page.time, absl::UTCTimeZone()),
      "</p>\n</main>\n<script nonce=\"", nonce, "\">\n", PageScript(),
      "</script>\n</body></html>\n");
}

}  // namespace gmewatch
