// Writes the output of `gmectl top`: the codes that were seen, most urgent first.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_GMECTL_TOP_REPORT_H_
#define GMEWATCH_DAEMON_GMECTL_TOP_REPORT_H_

#include "daemon/gmectl/screen.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// Adds at most `limit` codes, and how many more there are.
void AddTop(const v1::TopResponse& top, int limit, Screen* screen);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_TOP_REPORT_H_
