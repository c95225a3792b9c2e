#include "daemon/expose/metric_family.h"

#include <limits>
#include <string>

#include "daemon/expose/label_text.h"

namespace gmewatch {
namespace {

prometheus::MetricType TypeOf(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter:
      return prometheus::MetricType::Counter;
    case MetricKind::kGauge:
      return prometheus::MetricType::Gauge;
    case MetricKind::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

}  // namespace

prometheus::MetricFamily NewFamily(const MetricInfo& metric) {
  prometheus::MetricFamily family;
  family.name = std::string(metric.name);
  family.help = std::string(metric.help);
  family.type = TypeOf(metric.kind);
  return family;
}

void AddSample(const MetricInfo& metric, std::initializer_list<absl::string_view> label_values,
               double value, prometheus::MetricFamily* family) {
  prometheus::ClientMetric& sample = family->metric.emplace_back();
  size_t i = 0;
  for (const absl::string_view text : label_values) {
    sample.label.push_back({std::string(metric.labels[i]), ValidLabelValue(text)});
    ++i;
  }
  // The serializer takes the one that belongs to the family's type.
  sample.counter.value = value;
  sample.gauge.value = value;
}

MetricHistogram HistogramOf(absl::Span<const double> bounds, absl::Span<const uint64_t> counts,
                            absl::Duration sum) {
  MetricHistogram histogram;
  for (size_t i = 0; i < counts.size(); ++i) {
    histogram.sample_count += counts[i];
    histogram.bucket.push_back(
        {histogram.sample_count,
         i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity()});
  }
  histogram.sample_sum = absl::ToDoubleSeconds(sum);
  return histogram;
}

prometheus::MetricFamily FamilyOf(const MetricInfo& metric, const LabelledValues& samples) {
  prometheus::MetricFamily family = NewFamily(metric);
  for (const auto& [label, value] : samples) AddSample(metric, {label}, value, &family);
  return family;
}

prometheus::MetricFamily FamilyOf(const MetricInfo& metric, const MetricHistogram& histogram) {
  prometheus::MetricFamily family = NewFamily(metric);
  family.metric.emplace_back().histogram = histogram;
  return family;
}

}  // namespace gmewatch
