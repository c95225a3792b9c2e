#include "daemon/expose/self_metrics.h"

#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/base/version.h"
#include "daemon/expose/metric_family.h"
#include "daemon/expose/metric_names.h"

namespace gmewatch {
namespace {

// The samples of a family with one label: the label's value, the sample's value.
using Samples = std::vector<std::pair<absl::string_view, double>>;
using Histogram = prometheus::ClientMetric::Histogram;

double Double(uint64_t value) { return static_cast<double>(value); }
double Double(bool value) { return value ? 1 : 0; }
double Double(absl::Duration value) { return absl::ToDoubleSeconds(value); }
double Double(absl::Time value) { return absl::ToDoubleSeconds(value - absl::UnixEpoch()); }

template <typename Value>
prometheus::MetricFamily FamilyOf(const MetricInfo& metric, const Value& value) {
  prometheus::MetricFamily family = NewFamily(metric);
  AddSample(metric, {}, Double(value), &family);
  return family;
}

// What is not known is left out.
template <typename Value>
prometheus::MetricFamily FamilyOf(const MetricInfo& metric, const std::optional<Value>& value) {
  return value.has_value() ? FamilyOf(metric, *value) : NewFamily(metric);
}

prometheus::MetricFamily FamilyOf(const MetricInfo& metric, const Samples& samples) {
  prometheus::MetricFamily family = NewFamily(metric);
  for (const auto& [label, value] : samples) AddSample(metric, {label}, value, &family);
  return family;
}

prometheus::MetricFamily FamilyOf(const MetricInfo& metric, const Histogram& histogram) {
  prometheus::MetricFamily family = NewFamily(metric);
  family.metric.emplace_back().histogram = histogram;
  return family;
}

Samples ByResult(uint64_t successes, uint64_t failures) {
  return {{"success", Double(successes)}, {"failure", Double(failures)}};
}

// One number of each reason.
Samples ByReason(const AggregateStats& stats, uint64_t Rejected::*number) {
  Samples samples;
  for (size_t i = 0; i < kRejectReasons; ++i) {
    samples.emplace_back(RejectReasonLabel(static_cast<RejectReason>(i)),
                         Double(stats.rejected[i].*number));
  }
  return samples;
}

Samples DangersOf(const DaemonStats& stats) {
  Samples samples;
  for (size_t i = 0; i < kDangers; ++i) {
    samples.emplace_back(DangerLabel(static_cast<Danger>(i)), stats.dangers[i] ? 1 : 0);
  }
  return samples;
}

Samples RejectedBatches(const AggregateStats& stats) { return ByReason(stats, &Rejected::batches); }
Samples RejectedEvents(const AggregateStats& stats) { return ByReason(stats, &Rejected::events); }

Samples BatchesByResult(const AggregateStats& stats) {
  uint64_t rejected = 0;
  for (const auto& reason : stats.rejected) rejected += reason.batches;
  return {{"counted", Double(stats.batches_counted)},
          {"duplicate", Double(stats.batches_duplicate)},
          {"rejected", Double(rejected)}};
}

Histogram CommitDurations(const CommitterStats& stats) {
  Histogram histogram;
  histogram.sample_count = stats.commits_by_bucket.back();
  histogram.sample_sum = absl::ToDoubleSeconds(stats.commit_time_total);
  for (size_t i = 0; i < stats.commits_by_bucket.size(); ++i) {
    const bool last = i == CommitterStats::kCommitBucketsSeconds.size();
    histogram.bucket.push_back(
        {stats.commits_by_bucket[i], last ? std::numeric_limits<double>::infinity()
                                          : CommitterStats::kCommitBucketsSeconds[i]});
  }
  return histogram;
}

Samples AnnotationsByResult(const AnnotateStats& stats) {
  return {{"created", Double(stats.created)}, {"updated", Double(stats.updated)}};
}

Samples AnnotationFailures(const AnnotateStats& stats) {
  Samples samples;
  for (size_t i = 0; i < kAnnotateFailures; ++i) {
    samples.emplace_back(AnnotateFailureLabel(static_cast<AnnotateFailure>(i)),
                         Double(stats.failures[i]));
  }
  return samples;
}

}  // namespace

std::vector<prometheus::MetricFamily> SelfFamilies(const SelfStats& stats,
                                                   const ProcessStats& process) {
  std::vector<prometheus::MetricFamily> families;
#define GMEWATCH_X(constant, kind, name, labels, help, value) \
  families.push_back(FamilyOf(constant, value));
  GMEWATCH_SELF_METRICS(GMEWATCH_X)
#undef GMEWATCH_X
  return families;
}

}  // namespace gmewatch
