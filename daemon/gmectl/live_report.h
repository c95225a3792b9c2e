// Writes the current state of a code, which `gmectl explain --live` adds to the runbook.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_GMECTL_LIVE_REPORT_H_
#define GMEWATCH_DAEMON_GMECTL_LIVE_REPORT_H_

#include "daemon/gmectl/screen.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

void AddLive(const v1::CodeResponse& code, Screen* screen);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_LIVE_REPORT_H_
