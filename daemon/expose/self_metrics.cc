#include "daemon/expose/self_metrics.h"

#include <limits>
#include <string>
#include <utility>

#include "daemon/base/version.h"
#include "daemon/expose/metric_names.h"
#include "daemon/expose/process_stats.h"

namespace gmewatch {
namespace {

using Families = std::vector<prometheus::MetricFamily>;

// The values of the label `result` of what either worked or did not.
constexpr absl::string_view kSuccess = "success";
constexpr absl::string_view kFailure = "failure";

double Double(uint64_t value) { return static_cast<double>(value); }
double UnixSeconds(absl::Time time) { return absl::ToDoubleSeconds(time - absl::UnixEpoch()); }

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

prometheus::MetricFamily* NewFamily(const MetricInfo& metric, Families* families) {
  prometheus::MetricFamily& family = families->emplace_back();
  family.name = std::string(metric.name);
  family.help = std::string(metric.help);
  family.type = TypeOf(metric.kind);
  return &family;
}

void AddSample(double value, prometheus::MetricFamily* family) {
  prometheus::ClientMetric& metric = family->metric.emplace_back();
  // The serializer takes the one that belongs to the family's type.
  metric.counter.value = value;
  metric.gauge.value = value;
}

void Add(const MetricInfo& metric, double value, Families* families) {
  AddSample(value, NewFamily(metric, families));
}

// A family with one label: (value of the label, value of the sample).
template <typename Range>
void AddLabelled(const MetricInfo& metric, const Range& samples, Families* families) {
  prometheus::MetricFamily* family = NewFamily(metric, families);
  for (const auto& [label, value] : samples) {
    AddSample(value, family);
    family->metric.back().label = {{std::string(metric.labels[0]), std::string(label)}};
  }
}

using Samples = std::vector<std::pair<absl::string_view, double>>;

void AddBatches(const SelfStats& stats, Families* families) {
  uint64_t rejected = 0;
  Samples batches;
  Samples events;
  for (size_t i = 0; i < kRejectReasons; ++i) {
    const absl::string_view label = RejectReasonLabel(static_cast<RejectReason>(i));
    rejected += stats.rejected[i].batches;
    batches.emplace_back(label, Double(stats.rejected[i].batches));
    events.emplace_back(label, Double(stats.rejected[i].events));
  }
  AddLabelled(kBatches,
              Samples{{"counted", Double(stats.batches_counted)},
                      {"duplicate", Double(stats.batches_duplicate)},
                      {"rejected", Double(rejected)}},
              families);
  AddLabelled(kRejectedBatches, batches, families);
  AddLabelled(kRejectedEvents, events, families);
}

void AddCommits(const CommitterStats& stats, Families* families) {
  Add(kCommits, Double(stats.epochs), families);
  Add(kFailedCommits, Double(stats.failed_epochs), families);
  prometheus::MetricFamily* family = NewFamily(kCommitDuration, families);
  prometheus::ClientMetric::Histogram& histogram = family->metric.emplace_back().histogram;
  histogram.sample_count = stats.commits_by_bucket.back();
  histogram.sample_sum = absl::ToDoubleSeconds(stats.commit_time_total);
  for (size_t i = 0; i < stats.commits_by_bucket.size(); ++i) {
    const bool last = i == CommitterStats::kCommitBucketsSeconds.size();
    histogram.bucket.push_back(
        {stats.commits_by_bucket[i], last ? std::numeric_limits<double>::infinity()
                                          : CommitterStats::kCommitBucketsSeconds[i]});
  }
  Add(kPendingBytes, Double(stats.pending_bytes), families);
}

void AddCheckpoints(const SelfStats& stats, Families* families) {
  Add(kRecoveryDuration, absl::ToDoubleSeconds(stats.recovery_duration), families);
  AddLabelled(
      kCheckpoints,
      Samples{{kSuccess, Double(stats.checkpoints)}, {kFailure, Double(stats.failed_checkpoints)}},
      families);
  Add(kCheckpointLastSuccess, UnixSeconds(stats.checkpoint_last_success), families);
  Add(kCheckpointDuration, absl::ToDoubleSeconds(stats.checkpoint_duration), families);
}

void AddAnnotations(const AnnotateStats& stats, Families* families) {
  AddLabelled(kAnnotationsPushed,
              Samples{{"created", Double(stats.created)}, {"updated", Double(stats.updated)}},
              families);
  Samples failures;
  for (size_t i = 0; i < kAnnotateFailures; ++i) {
    failures.emplace_back(AnnotateFailureLabel(static_cast<AnnotateFailure>(i)),
                          Double(stats.failures[i]));
  }
  AddLabelled(kAnnotationFailures, failures, families);
  Add(kAnnotationQueue, Double(stats.queue), families);
}

void AddProcess(Families* families) {
  const ProcessStats stats = ReadProcessStats();
  Add(kProcessCpuSeconds, absl::ToDoubleSeconds(stats.cpu), families);
  Add(kProcessResidentBytes, Double(stats.resident_bytes), families);
  Add(kProcessVirtualBytes, Double(stats.virtual_bytes), families);
  Add(kProcessOpenFds, Double(stats.open_fds), families);
  Add(kProcessMaxFds, Double(stats.max_fds), families);
  Add(kProcessStartTime, UnixSeconds(stats.start), families);
  Add(kProcessThreads, Double(stats.threads), families);
}

}  // namespace

std::vector<prometheus::MetricFamily> SelfMetrics::Collect() const {
  const SelfStats stats = read_();
  Families families;
  AddBatches(stats, &families);
  Add(kStreams, Double(stats.streams), &families);
  Add(kKnownSessions, Double(stats.sessions), &families);
  Add(kSessionsLimit, Double(stats.sessions_limit), &families);
  Add(kAppRegions, Double(stats.app_regions), &families);
  Add(kAppRegionsLimit, Double(stats.app_regions_limit), &families);
  AddCommits(stats.committer, &families);
  Add(kJournalSizeBytes, Double(stats.journal_size_bytes), &families);
  AddCheckpoints(stats, &families);
  Add(kIncidents, Double(stats.incidents), &families);
  Add(kWatchedSeries, Double(stats.watched_series), &families);
  Add(kDetectorTickDuration, absl::ToDoubleSeconds(stats.detector_tick_duration), &families);
  AddAnnotations(stats.annotate, &families);
  AddLabelled(kConfigReloads,
              Samples{{kSuccess, Double(stats.config_reloads)},
                      {kFailure, Double(stats.failed_config_reloads)}},
              &families);
  Add(kConfigLastReloadSuccessful, stats.config_last_reload_successful ? 1 : 0, &families);
  Add(kReady, stats.ready ? 1 : 0, &families);
  AddLabelled(kBuildInfo, Samples{{Version(), 1}}, &families);
  AddProcess(&families);
  return families;
}

}  // namespace gmewatch
