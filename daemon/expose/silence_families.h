// The family gme_reports_stopped of a scrape.
//
// Thread safety: a pure function.
#ifndef GMEWATCH_DAEMON_EXPOSE_SILENCE_FAMILIES_H_
#define GMEWATCH_DAEMON_EXPOSE_SILENCE_FAMILIES_H_

#include <prometheus/metric_family.h>

#include <vector>

#include "daemon/model/silence.h"

namespace gmewatch {

std::vector<prometheus::MetricFamily> SilenceFamilies(const SilenceReport& report);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_SILENCE_FAMILIES_H_
