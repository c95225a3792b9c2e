// The metrics of a front: gmewatch_* and process_*. It has no counters of codes.
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_EXPOSE_FRONT_METRICS_H_
#define GMEWATCH_DAEMON_EXPOSE_FRONT_METRICS_H_

#include <prometheus/metric_family.h>

#include <vector>

#include "absl/status/status.h"
#include "daemon/expose/chunk_writer.h"
#include "daemon/expose/process_stats.h"
#include "daemon/expose/scrape_request.h"
#include "daemon/model/front_stats.h"

namespace gmewatch {

std::vector<prometheus::MetricFamily> FrontFamilies(const FrontStats& stats,
                                                    const ProcessStats& process);

// Writes the page in the format that the reader asks for. Cancelled if `sink` gave up.
absl::Status RenderFront(const FrontStats& stats, const ScrapeRequest& request, ChunkSink sink);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_FRONT_METRICS_H_
