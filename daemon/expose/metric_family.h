// Builds families for prometheus-cpp's serializer from the declarations in metric_names.h.
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_EXPOSE_METRIC_FAMILY_H_
#define GMEWATCH_DAEMON_EXPOSE_METRIC_FAMILY_H_

#include <prometheus/metric_family.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "daemon/expose/metric_names.h"

namespace gmewatch {

// A family without samples.
prometheus::MetricFamily NewFamily(const MetricInfo& metric);

// Adds a sample of a counter or gauge. `label_values`: of the metric's labels, in their order; they
// may have any bytes.
void AddSample(const MetricInfo& metric, std::initializer_list<absl::string_view> label_values,
               double value, prometheus::MetricFamily* family);

// The samples of a family with one label: the label's value, the sample's value.
using LabelledValues = std::vector<std::pair<std::string, double>>;
using MetricHistogram = prometheus::ClientMetric::Histogram;

// `counts` are those of each bucket alone; the last one has what is above all `bounds`.
MetricHistogram HistogramOf(absl::Span<const double> bounds, absl::Span<const uint64_t> counts,
                            absl::Duration sum);

inline double MetricValue(double value) { return value; }
inline double MetricValue(uint64_t value) { return static_cast<double>(value); }
inline double MetricValue(bool value) { return value ? 1 : 0; }
inline double MetricValue(absl::Duration value) { return absl::ToDoubleSeconds(value); }
inline double MetricValue(absl::Time value) {
  return absl::ToDoubleSeconds(value - absl::UnixEpoch());
}

// A family with all its samples: one without a label, one for each label value, or a histogram.
template <typename Value>
prometheus::MetricFamily FamilyOf(const MetricInfo& metric, const Value& value) {
  prometheus::MetricFamily family = NewFamily(metric);
  AddSample(metric, {}, MetricValue(value), &family);
  return family;
}
// What is not known is left out.
template <typename Value>
prometheus::MetricFamily FamilyOf(const MetricInfo& metric, const std::optional<Value>& value) {
  return value.has_value() ? FamilyOf(metric, *value) : NewFamily(metric);
}
prometheus::MetricFamily FamilyOf(const MetricInfo& metric, const LabelledValues& samples);
prometheus::MetricFamily FamilyOf(const MetricInfo& metric, const MetricHistogram& histogram);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_METRIC_FAMILY_H_
