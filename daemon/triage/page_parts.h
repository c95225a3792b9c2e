// Parts of a page that several pages share: the place and the rates of a spike, the documented fix,
// the trust in the numbers, the table of codes. They are HTML made of the messages of triage.proto;
// html_elements.h has the small elements that they consist of.
//
// Thread safety: free functions without state. `root` is the relative path from the page to "/".
#ifndef GMEWATCH_DAEMON_TRIAGE_PAGE_PARTS_H_
#define GMEWATCH_DAEMON_TRIAGE_PAGE_PARTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/triage/answers.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// "all apps, region eu" and the like.
std::string HtmlPlace(absl::string_view app, absl::string_view region);
// That of a silence, with the version if only its reports have stopped.
std::string HtmlPlace(const v1::Silence& silence);
// "1005 AV_ERR_TIMEOUT" as a link to the code's page.
std::string HtmlCodeLink(absl::string_view root, absl::string_view code, absl::string_view name);
// "84/s, expected 4/s: 21 times".
std::string HtmlRates(double observed, double expected);
// "since 03:41 UTC, for 23 min" while it is active, else from when to when.
std::string HtmlSince(const v1::Spike& spike, absl::Time now);
std::string HtmlSince(const v1::Incident& incident, absl::Time now);
std::string HtmlSince(const v1::Silence& silence, absl::Time now);
std::string HtmlSince(const v1::TrafficLine& line, absl::Time now);
// The document's words, or an overlay's, and what the code means in another version of the SDK; or
// that there is no fix.
std::string HtmlFix(const v1::Spike& spike);
std::string HtmlFix(const v1::CodeSummary& code);
// A tag "spiking" or "retry loop"; empty for a calm code.
std::string HtmlStateTag(const v1::CodeSummary& code);
// The largest shift in who reports the code, as a sentence; empty if no shift is large enough.
std::string HtmlLargestShift(const v1::CodeResponse& code);

// The section that says how far the numbers can be trusted.
std::string HtmlTrust(const v1::Trust& trust, absl::Time now);
// A line with a link to that section; empty if there are no warnings.
std::string HtmlTrustHint(const v1::Trust& trust);
// A table of codes, each with its last hour.
std::string HtmlCodes(absl::string_view root, absl::string_view caption,
                      const std::vector<v1::CodeSummary>& codes, const Answers& answers);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_PAGE_PARTS_H_
