#include "daemon/expose/metrics_page.h"

#include <prometheus/text_serializer.h>

#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "daemon/expose/metric_names.h"

namespace gmewatch {
namespace {

std::string Text(absl::string_view text) { return std::string(text); }

}  // namespace

MetricsPage::MetricsPage(const Counters& counters, Clock& clock, ZeroFirst::ShowFn show,
                         SpikesFn spikes, SelfMetrics::ReadFn read)
    : clock_(clock),
      spikes_(std::move(spikes)),
      zero_first_(counters, clock, std::move(show)),
      gme_families_(counters),
      self_metrics_(std::move(read)),
      completed_(ScrapesBy("completed")),
      broken_off_(ScrapesBy("broken_off")),
      refused_(ScrapesBy("refused")),
      duration_seconds_(prometheus::BuildHistogram()
                            .Name(Text(kScrapeDuration.name))
                            .Help(Text(kScrapeDuration.help))
                            .Register(registry_)
                            .Add({}, prometheus::Histogram::BucketBoundaries{
                                         0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 10})) {}

absl::Status MetricsPage::Render(ChunkSink sink) {
  const absl::Cleanup leave = [this] { running_.fetch_sub(1); };
  if (running_.fetch_add(1) >= kScrapesMax) {
    refused_.Increment();
    return absl::ResourceExhaustedError(
        absl::StrCat("too many scrapes at once, at most ", kScrapesMax, " are allowed"));
  }
  const ScrapeView view = zero_first_.Begin();
  absl::Status status = RenderView(view, sink);
  if (!status.ok()) {
    broken_off_.Increment();
    return status;
  }
  zero_first_.Completed(view);
  completed_.Increment();
  duration_seconds_.Observe(absl::ToDoubleSeconds(clock_.Monotonic() - view.begun));
  return status;
}

absl::Status MetricsPage::RenderView(const ScrapeView& view, ChunkSink sink) {
  bool too_late = false;
  const auto timed_sink = [&](absl::string_view chunk) {
    too_late = clock_.Monotonic() - view.begun > kScrapeTimeMax;
    return !too_late && sink(chunk);
  };
  ChunkWriter out(timed_sink);
  gme_families_.Render(view, &out);
  gme_families_.RenderSpikes(spikes_(), &out);
  if (out.open()) {
    AppendSelf(view, &out);
  }
  if (out.Finish()) {
    return absl::OkStatus();
  }
  return too_late ? absl::DeadlineExceededError(absl::StrCat("a scrape took longer than ",
                                                             absl::FormatDuration(kScrapeTimeMax)))
                  : absl::CancelledError("the reader of a scrape hung up");
}

void MetricsPage::AppendSelf(const ScrapeView& view, ChunkWriter* out) const {
  std::vector<prometheus::MetricFamily> families = self_metrics_.Collect();
  prometheus::MetricFamily& series = families.emplace_back();
  series.name = Text(kSeries.name);
  series.help = Text(kSeries.help);
  series.type = prometheus::MetricType::Gauge;
  series.metric.emplace_back().gauge.value = static_cast<double>(GmeFamilies::SeriesCount(view));
  for (prometheus::MetricFamily& family : registry_.Collect()) {
    families.push_back(std::move(family));
  }
  out->Append(prometheus::TextSerializer().Serialize(families));
}

prometheus::Counter& MetricsPage::ScrapesBy(const char* result) {
  // Building a family that is there already gives that one.
  return prometheus::BuildCounter()
      .Name(Text(kScrapes.name))
      .Help(Text(kScrapes.help))
      .Register(registry_)
      .Add({{Text(kLabelResult), result}});
}

}  // namespace gmewatch
