// The triage page: the incidents now, most urgent first, each with the documented fix; retry loops
// apart; then the codes that are seen most.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_HOME_PAGE_H_
#define GMEWATCH_DAEMON_TRIAGE_HOME_PAGE_H_

#include "daemon/triage/answers.h"
#include "daemon/triage/page.h"

namespace gmewatch {

Page HomePage(const Answers& answers);
// All codes of the catalogue, and others that were seen.
Page CodesPage(const Answers& answers);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_HOME_PAGE_H_
