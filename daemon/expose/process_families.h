// The metrics that every role has of itself and its process.
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_EXPOSE_PROCESS_FAMILIES_H_
#define GMEWATCH_DAEMON_EXPOSE_PROCESS_FAMILIES_H_

#include <prometheus/metric_family.h>

#include <vector>

#include "daemon/expose/metric_family.h"
#include "daemon/expose/process_stats.h"
#include "daemon/model/daemon_stats.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

std::vector<prometheus::MetricFamily> ProcessFamilies(const DaemonStats& daemon,
                                                      const ProcessStats& process);

// One number of each reason, and the sum over all.
LabelledValues ByReason(const RejectedByReason& rejected, uint64_t Rejected::*number);
uint64_t RejectedBatches(const RejectedByReason& rejected);

LabelledValues ByResult(uint64_t successes, uint64_t failures);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_PROCESS_FAMILIES_H_
