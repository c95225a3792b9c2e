#include "daemon/expose/front_metrics.h"

#include <prometheus/text_serializer.h>

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "daemon/base/version.h"
#include "daemon/expose/metric_family.h"
#include "daemon/expose/metric_names.h"
#include "daemon/expose/open_metrics.h"

namespace gmewatch {
namespace {

using Samples = std::vector<std::pair<absl::string_view, double>>;
using Histogram = prometheus::ClientMetric::Histogram;

double Double(uint64_t value) { return static_cast<double>(value); }

prometheus::MetricFamily FamilyOf(const MetricInfo& metric, double value) {
  prometheus::MetricFamily family = NewFamily(metric);
  AddSample(metric, {}, value, &family);
  return family;
}

prometheus::MetricFamily FamilyOf(const MetricInfo& metric, uint64_t value) {
  return FamilyOf(metric, Double(value));
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

Histogram WriteDurations(const LogWriteStats& stats) {
  Histogram histogram;
  for (size_t i = 0; i < stats.by_bucket.size(); ++i) {
    const bool last = i == LogWriteStats::kBucketsSeconds.size();
    histogram.sample_count += stats.by_bucket[i];
    histogram.bucket.push_back(
        {histogram.sample_count,
         last ? std::numeric_limits<double>::infinity() : LogWriteStats::kBucketsSeconds[i]});
  }
  histogram.sample_sum = absl::ToDoubleSeconds(stats.time_total);
  return histogram;
}

Samples RejectedBatches(const RejectedByReason& rejected) {
  Samples samples;
  for (size_t i = 0; i < kRejectReasons; ++i) {
    samples.emplace_back(RejectReasonLabel(static_cast<RejectReason>(i)),
                         Double(rejected[i].batches));
  }
  return samples;
}

Samples BatchesByResult(const FrontStats& stats) {
  uint64_t rejected = 0;
  for (const Rejected& reason : stats.rejected) rejected += reason.batches;
  return {{"written", Double(stats.batches_written)}, {"rejected", Double(rejected)}};
}

Samples DangersOf(const Dangers& dangers) {
  Samples samples;
  for (size_t i = 0; i < kDangers; ++i) {
    samples.emplace_back(DangerLabel(static_cast<Danger>(i)), dangers[i] ? 1 : 0);
  }
  return samples;
}

}  // namespace

std::vector<prometheus::MetricFamily> FrontFamilies(const FrontStats& stats,
                                                    const ProcessStats& process) {
  std::vector<prometheus::MetricFamily> families;
#define GMEWATCH_X(constant, kind, name, labels, help, value) \
  families.push_back(FamilyOf(constant, value));
  GMEWATCH_FRONT_METRICS(GMEWATCH_X)
#undef GMEWATCH_X
  const DaemonStats& daemon = stats.daemon;
  const auto add = [&families](const MetricInfo& metric, const auto& value) {
    families.push_back(FamilyOf(metric, value));
  };
  add(kStreams, stats.streams);
  add(kCallsWithoutMessage, stats.calls_without_message);
  add(kConnectConnections, stats.connect_connections);
  add(kConnectConnectionsLimit, stats.connect_connections_limit);
  add(kPendingBytes, stats.pending_bytes);
  add(kSessionsLimit, daemon.sessions_limit);
  add(kConfigReloads,
      Samples{{"success", Double(daemon.reloads)}, {"failure", Double(daemon.failed_reloads)}});
  add(kConfigLastReloadSuccessful, daemon.last_reload_ok ? 1.0 : 0.0);
  add(kDroppedLogLines, daemon.dropped_log_lines);
  add(kDanger, DangersOf(daemon.dangers));
  add(kUptime, absl::ToDoubleSeconds(daemon.uptime));
  add(kReady, daemon.ready ? 1.0 : 0.0);
  add(kBuildInfo, Samples{{Version(), 1.0}});
  add(kProcessCpuSeconds, absl::ToDoubleSeconds(process.cpu));
  add(kProcessResidentBytes, process.resident_bytes);
  add(kProcessVirtualBytes, process.virtual_bytes);
  add(kProcessOpenFds, process.open_fds);
  add(kProcessMaxFds, process.max_fds);
  add(kProcessThreads, process.threads);
  return families;
}

absl::Status RenderFront(const FrontStats& stats, const ScrapeRequest& request, ChunkSink sink) {
  const std::string text =
      prometheus::TextSerializer().Serialize(FrontFamilies(stats, ReadProcessStats()));
  ChunkWriter out(sink);
  out.Append(FormatFor(request).open_metrics ? OpenMetricsText(text) : text);
  return out.Finish() ? absl::OkStatus()
                      : absl::CancelledError("the reader of a scrape closed the connection");
}

}  // namespace gmewatch
