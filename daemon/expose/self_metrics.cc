#include "daemon/expose/self_metrics.h"

#include <prometheus/text_serializer.h>

#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/expose/metric_family.h"
#include "daemon/expose/metric_names.h"
#include "daemon/expose/open_metrics.h"
#include "daemon/expose/process_families.h"

namespace gmewatch {
namespace {

LabelledValues BatchesByResult(const AggregateStats& stats) {
  return {{"counted", MetricValue(stats.batches_counted)},
          {"duplicate", MetricValue(stats.batches_duplicate)},
          {"rejected", MetricValue(RejectedBatches(stats.rejected))}};
}

MetricHistogram CommitDurations(const CommitterStats& stats) {
  MetricHistogram histogram;
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

LabelledValues AnnotationsByResult(const AnnotateStats& stats) {
  return {{"created", MetricValue(stats.created)}, {"updated", MetricValue(stats.updated)}};
}

LabelledValues AnnotationFailures(const AnnotateStats& stats) {
  LabelledValues samples;
  for (size_t i = 0; i < kAnnotateFailures; ++i) {
    samples.emplace_back(AnnotateFailureLabel(static_cast<AnnotateFailure>(i)),
                         MetricValue(stats.failures[i]));
  }
  return samples;
}

MetricHistogram ReadWaits(const ReadWaitStats& stats) {
  return HistogramOf(ReadWaitStats::kBucketsSeconds, stats.by_bucket, stats.time_total);
}

LabelledValues PositionsOf(const SharedLogStats& log) {
  LabelledValues samples;
  for (size_t i = 0; i < log.next_offsets.size(); ++i) {
    samples.emplace_back(absl::StrCat(i), static_cast<double>(log.next_offsets[i]));
  }
  return samples;
}

void Append(std::vector<prometheus::MetricFamily> more,
            std::vector<prometheus::MetricFamily>* families) {
  families->insert(families->end(), std::make_move_iterator(more.begin()),
                   std::make_move_iterator(more.end()));
}

#define GMEWATCH_X(constant, kind, name, labels, help, value) \
  families.push_back(FamilyOf(constant, value));

std::vector<prometheus::MetricFamily> IngestFamilies(const SelfStats& stats) {
  const uint64_t pending_bytes = stats.committer.pending_bytes;
  std::vector<prometheus::MetricFamily> families;
  GMEWATCH_INGEST_METRICS(GMEWATCH_X)
  GMEWATCH_COMMIT_METRICS(GMEWATCH_X)
  return families;
}

std::vector<prometheus::MetricFamily> SharedLogFamilies(const SharedLogStats& log) {
  std::vector<prometheus::MetricFamily> families;
  GMEWATCH_COUNTER_METRICS(GMEWATCH_X)
  return families;
}

std::vector<prometheus::MetricFamily> OwnFamilies(const SelfStats& stats,
                                                  const ProcessStats& process) {
  std::vector<prometheus::MetricFamily> families;
  GMEWATCH_STATE_METRICS(GMEWATCH_X)
  Append(
      stats.shared_log.has_value() ? SharedLogFamilies(*stats.shared_log) : IngestFamilies(stats),
      &families);
  Append(ProcessFamilies(stats.daemon, process), &families);
  return families;
}

}  // namespace

std::vector<prometheus::MetricFamily> SelfFamilies(const SelfStats& stats,
                                                   const ProcessStats& process) {
  std::vector<prometheus::MetricFamily> families;
  GMEWATCH_COUNT_METRICS(GMEWATCH_X)
  Append(OwnFamilies(stats, process), &families);
  return families;
}

AdminResponse OwnMetrics(const SelfStats& stats, const IncomingRequest& request) {
  const std::string text =
      prometheus::TextSerializer().Serialize(OwnFamilies(stats, ReadProcessStats()));
  const ScrapeFormat format = FormatFor(ScrapeRequestOf(
      request.address, [&request](const char* name) { return request.Header(name); }));
  AdminResponse response;
  response.content_type = std::string(format.content_type);
  response.body = format.open_metrics ? OpenMetricsText(text) : text;
  return response;
}

#undef GMEWATCH_X

}  // namespace gmewatch
