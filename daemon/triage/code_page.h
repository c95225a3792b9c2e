// The page of one code: what it does now, its past, and its runbook in the form Meaning, Impact,
// Diagnosis, Mitigation.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_CODE_PAGE_H_
#define GMEWATCH_DAEMON_TRIAGE_CODE_PAGE_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "daemon/triage/answers.h"
#include "daemon/triage/page.h"

namespace gmewatch {

// No page if the catalogue does not have the code and nobody has sent it.
std::optional<Page> CodePage(const Answers& answers, absl::string_view label);
// The page for a label without a CodePage.
Page NoSuchCodePage(const Answers& answers, absl::string_view label);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_CODE_PAGE_H_
