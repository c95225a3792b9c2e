// Log lines for spikes, retry loops, incidents, crowds and launches that start, change or end.
//
// Thread safety: a pure function but for the lines it writes.
#ifndef GMEWATCH_DAEMON_SPIKE_LOG_H_
#define GMEWATCH_DAEMON_SPIKE_LOG_H_

#include "daemon/catalog/catalog.h"
#include "daemon/model/spike.h"

namespace gmewatch {

// Logs the differences between two successive reports.
void LogSpikeChanges(const SpikeReport& before, const SpikeReport& after, const Catalog& catalog);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_SPIKE_LOG_H_
