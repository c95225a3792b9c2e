#include "daemon/expose/front_metrics.h"

#include <prometheus/text_serializer.h>

#include <iterator>
#include <string>
#include <utility>

#include "daemon/expose/metric_family.h"
#include "daemon/expose/metric_names.h"
#include "daemon/expose/open_metrics.h"
#include "daemon/expose/process_families.h"

namespace gmewatch {
namespace {

MetricHistogram WriteDurations(const LogWriteStats& stats) {
  return HistogramOf(LogWriteStats::kBucketsSeconds, stats.by_bucket, stats.time_total);
}

LabelledValues BatchesByResult(const FrontStats& stats) {
  return {{"written", MetricValue(stats.batches_written)},
          {"rejected", MetricValue(RejectedBatches(stats.rejected))}};
}

}  // namespace

std::vector<prometheus::MetricFamily> FrontFamilies(const FrontStats& stats,
                                                    const ProcessStats& process) {
  const uint64_t pending_bytes = stats.pending_bytes;
  std::vector<prometheus::MetricFamily> families;
#define GMEWATCH_X(constant, kind, name, labels, help, value) \
  families.push_back(FamilyOf(constant, value));
  GMEWATCH_FRONT_METRICS(GMEWATCH_X)
  GMEWATCH_INGEST_METRICS(GMEWATCH_X)
#undef GMEWATCH_X
  std::vector<prometheus::MetricFamily> own = ProcessFamilies(stats.daemon, process);
  families.insert(families.end(), std::make_move_iterator(own.begin()),
                  std::make_move_iterator(own.end()));
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
