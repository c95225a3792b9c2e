// What `gmectl spikes` shows: of each incident first the documented fix, then where, since when,
// and which codes.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_SPIKES_REPORT_H_
#define GMEWATCH_DAEMON_GMECTL_SPIKES_REPORT_H_

#include "daemon/gmectl/screen.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// Whether a spike lasts now. A retry loop is none.
bool HasActiveSpike(const v1::SpikesResponse& spikes);

// At most `limit` incidents that last, and how many more there are.
void AddSpikes(const v1::SpikesResponse& spikes, int limit, Screen* screen);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_SPIKES_REPORT_H_
