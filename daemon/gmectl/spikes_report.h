// Writes the output of `gmectl spikes`: for each incident where and since when, the documented fix,
// and the codes.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_SPIKES_REPORT_H_
#define GMEWATCH_DAEMON_GMECTL_SPIKES_REPORT_H_

#include "daemon/gmectl/screen.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// Whether a spike is active or reports have stopped. Retry loops do not count.
bool HasTrouble(const v1::SpikesResponse& spikes);

// Adds at most `limit` active incidents, and how many more there are.
void AddSpikes(const v1::SpikesResponse& spikes, int limit, Screen* screen);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_SPIKES_REPORT_H_
