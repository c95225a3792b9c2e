// One code: what it does now, and its runbook in the form Meaning, Impact, Diagnosis, Mitigation.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_CODE_PAGE_H_
#define GMEWATCH_DAEMON_TRIAGE_CODE_PAGE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "daemon/triage/answers.h"
#include "daemon/triage/page.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// Nothing where the catalogue does not have it and nobody has sent it.
std::optional<Page> CodePage(const Answers& answers, absl::string_view label);
// What there is instead.
Page NoSuchCodePage(const Answers& answers, absl::string_view label);

// In code_past.cc: who reports it, its history, its details, where else to look.
std::string HtmlWho(const v1::CodeResponse& code);
std::string HtmlHistory(const v1::CodeResponse& code);
std::string HtmlDetails(const v1::CodeResponse& code);
std::string HtmlElsewhere(const v1::CodeResponse& code);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_CODE_PAGE_H_
