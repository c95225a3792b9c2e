// Builds families for prometheus-cpp's serializer from the declarations in metric_names.h.
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_EXPOSE_METRIC_FAMILY_H_
#define GMEWATCH_DAEMON_EXPOSE_METRIC_FAMILY_H_

#include <prometheus/metric_family.h>

#include <initializer_list>

#include "absl/strings/string_view.h"
#include "daemon/expose/metric_names.h"

namespace gmewatch {

// A family without samples.
prometheus::MetricFamily NewFamily(const MetricInfo& metric);

// Adds a sample of a counter or gauge. `label_values`: of the metric's labels, in their order; they
// may have any bytes.
void AddSample(const MetricInfo& metric, std::initializer_list<absl::string_view> label_values,
               double value, prometheus::MetricFamily* family);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_METRIC_FAMILY_H_
