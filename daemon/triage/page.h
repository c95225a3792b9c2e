// The frame of every page: head, style, script, header, and the HTTP headers that go with it. A
// page is one answer; it loads nothing else.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_PAGE_H_
#define GMEWATCH_DAEMON_TRIAGE_PAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch {

// The colour of the icon in the browser's tab: grey, green, red.
enum class PageState { kNeutral, kCalm, kTroubled };

struct Page {
  std::string title;
  PageState state = PageState::kNeutral;
  std::string root;  // relative path from the page to "/": "./" or "../"
  absl::Time time;   // of the numbers in it
  std::string main;  // HTML
};

// `nonce` must be a new one for every answer, the same in both functions.
std::string RenderPage(const Page& page, absl::string_view nonce);
// Whole header lines. Their policy lets a browser run nothing but the page's own style and script.
std::string PageHeaders(absl::string_view nonce);
// 128 random bits.
std::string NewNonce();

// page.css and page.js as they were when the program was built (daemon/embed.cmake).
absl::string_view PageStyle();
absl::string_view PageScript();

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_PAGE_H_
