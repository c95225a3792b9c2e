// The frame of every page: head, style, script, header, and the headers of HTTP that go with it. One
// answer has all of it: nothing is loaded from anywhere.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_PAGE_H_
#define GMEWATCH_DAEMON_TRIAGE_PAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch {

// How a page looks in a tab.
enum class PageState { kNeutral, kCalm, kTroubled };

struct Page {
  std::string title;
  PageState state = PageState::kNeutral;
  std::string root;  // from the page to "/": "./" or "../"
  absl::Time time;   // of what it tells
  std::string main;  // HTML
};

// `nonce` is another one in every answer.
std::string RenderPage(const Page& page, absl::string_view nonce);
// Whole lines. Nothing but the page's own style and script is taken by a browser.
std::string PageHeaders(absl::string_view nonce);
// 128 random bits.
std::string NewNonce();

// In page_assets.cc.
absl::string_view PageStyle();
absl::string_view PageScript();

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_PAGE_H_
