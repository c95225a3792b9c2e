// HTML that more than one page shows: a spike's rates, the documented fix, the trust in the
// numbers, tables of codes.
//
// Thread safety: free functions without state. `root` is the way from the page to "/".
#ifndef GMEWATCH_DAEMON_TRIAGE_FRAGMENTS_H_
#define GMEWATCH_DAEMON_TRIAGE_FRAGMENTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/triage/answers.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// "region eu, all apps" and the like.
std::string HtmlPlace(absl::string_view app, absl::string_view region);
// "1005 AV_ERR_TIMEOUT" as a link to its page.
std::string HtmlCodeLink(absl::string_view root, absl::string_view code, absl::string_view name);
// "84/s, expected 4/s: 21 times".
std::string HtmlRates(double observed, double expected);
// "since 03:41 UTC, for 23 min", or from when until when it was.
std::string HtmlSince(const v1::Spike& spike, absl::Time now);
std::string HtmlSince(const v1::Incident& incident, absl::Time now);
// The document's words.
std::string HtmlFix(absl::string_view solution);
// What a code is now besides calm, as a tag.
std::string HtmlStateTag(const v1::CodeSummary& code);
// The largest shift of who reports the code, in a sentence; empty where there is none to speak of.
std::string HtmlLargestShift(const v1::CodeResponse& code);

// A section "Can these numbers be trusted?".
std::string HtmlTrust(const v1::Trust& trust, absl::Time now);
// A line that leads there, where there is reason to.
std::string HtmlTrustHint(const v1::Trust& trust);
// A table of codes, each with its last hour.
std::string HtmlCodes(absl::string_view root, absl::string_view caption,
                      const std::vector<v1::CodeSummary>& codes, const Answers& answers);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_FRAGMENTS_H_
