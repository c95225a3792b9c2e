// Log lines for spikes, retry loops, incidents, crowds and launches that start, change or end, and
// for codes that are in no catalogue.
//
// Thread safety: a pure function but for the lines it writes.
#ifndef GMEWATCH_DAEMON_SPIKE_LOG_H_
#define GMEWATCH_DAEMON_SPIKE_LOG_H_

#include <cstddef>

#include "daemon/aggregate/counters.h"
#include "daemon/catalog/catalog.h"
#include "daemon/model/spike.h"

namespace gmewatch {

// Logs each column from `from` on whose code is in no catalogue, once, with the built-in overlay
// that knows it. Returns the number of columns.
size_t LogUnknownCodes(const Counters& counters, size_t from, const Catalog& catalog);

// Logs the differences between two successive reports.
void LogSpikeChanges(const SpikeReport& before, const SpikeReport& after, const Catalog& catalog);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_SPIKE_LOG_H_
