// The families of a scrape about spikes, retry loops, crowds and launches.
//
// Thread safety: a pure function, as far as `category` is one.
#ifndef GMEWATCH_DAEMON_EXPOSE_SPIKE_FAMILIES_H_
#define GMEWATCH_DAEMON_EXPOSE_SPIKE_FAMILIES_H_

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "daemon/model/spike.h"

namespace gmewatch {

// The category of a code; `other`: of the overflow label.
using CategoryFn = absl::FunctionRef<std::string(int32_t code, bool other)>;

std::vector<prometheus::MetricFamily> SpikeFamilies(const SpikeReport& report, CategoryFn category);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_SPIKE_FAMILIES_H_
