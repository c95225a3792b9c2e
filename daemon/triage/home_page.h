// The triage page: the active incidents, most urgent first, each with the documented fix; then
// retry loops, what ended in the last hour, the most urgent codes, and how far the numbers can be
// trusted.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_HOME_PAGE_H_
#define GMEWATCH_DAEMON_TRIAGE_HOME_PAGE_H_

#include "daemon/triage/answers.h"
#include "daemon/triage/page.h"

namespace gmewatch {

Page HomePage(const Answers& answers);
// All codes of the catalogue, then others that were seen.
Page CodesPage(const Answers& answers);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_HOME_PAGE_H_
