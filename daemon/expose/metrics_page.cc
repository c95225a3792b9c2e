#include "daemon/expose/metrics_page.h"

#include <prometheus/text_serializer.h>

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "daemon/expose/metric_family.h"
#include "daemon/expose/metric_names.h"
#include "daemon/expose/open_metrics.h"
#include "daemon/expose/process_stats.h"
#include "daemon/expose/silence_families.h"
#include "daemon/expose/spike_families.h"

namespace gmewatch {
namespace {

std::string Text(absl::string_view text) { return std::string(text); }

}  // namespace

MetricsPage::MetricsPage(const Counters& counters, Clock& clock, ZeroFirst::ShowFn show,
                         SpikesFn spikes, SilenceFn silence, StatsFn stats, bool shared)
    : clock_(clock),
      spikes_(std::move(spikes)),
      silence_(std::move(silence)),
      stats_(std::move(stats)),
      zero_first_(counters, clock, std::move(show), shared),
      gme_families_(counters),
      completed_(ScrapesBy("completed")),
      broken_off_(ScrapesBy("broken_off")),
      rejected_(ScrapesBy("refused")),  // allow(words): a label's value
      duration_seconds_(prometheus::BuildHistogram()
                            .Name(Text(kScrapeDuration.name))
                            .Help(Text(kScrapeDuration.help))
                            .Register(registry_)
                            .Add({}, prometheus::Histogram::BucketBoundaries{
                                         0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 10})) {}

absl::Status MetricsPage::Render(const ScrapeRequest& request, ChunkSink sink) {
  const absl::Cleanup leave = [this] { running_.fetch_sub(1); };
  if (running_.fetch_add(1) >= kScrapesMax) {
    rejected_.Increment();
    return absl::ResourceExhaustedError(
        absl::StrCat(kScrapesMax, " scrapes are running, the most at a time; try again later"));
  }
  const ScrapeView view = zero_first_.Begin(ScraperId(request));
  absl::Status status = RenderView(view, FormatFor(request).open_metrics, sink);
  if (!status.ok()) {
    broken_off_.Increment();
    return status;
  }
  zero_first_.Completed(view);
  completed_.Increment();
  duration_seconds_.Observe(absl::ToDoubleSeconds(clock_.Monotonic() - view.begun));
  return status;
}

absl::Status MetricsPage::RenderView(const ScrapeView& view, bool open_metrics, ChunkSink sink) {
  bool too_late = false;
  const auto timed_sink = [&](absl::string_view chunk) {
    too_late = clock_.Monotonic() - view.begun > kScrapeTimeMax;
    return !too_late && sink(chunk);
  };
  ChunkWriter out(timed_sink);
  gme_families_.Render(view, open_metrics, &out);
  if (out.open()) {
    const std::string others = OtherFamilies(view);
    out.Append(open_metrics ? OpenMetricsText(others) : others);
  }
  if (out.Finish()) {
    return absl::OkStatus();
  }
  return too_late ? absl::DeadlineExceededError(absl::StrCat("a scrape took longer than ",
                                                             absl::FormatDuration(kScrapeTimeMax)))
                  : absl::CancelledError("the reader of a scrape closed the connection");
}

std::string MetricsPage::OtherFamilies(const ScrapeView& view) const {
  std::vector<prometheus::MetricFamily> families = SpikeFamilies(
      *spikes_(),
      [this](int32_t code, bool other) { return gme_families_.CategoryOf(code, other); });
  const auto add = [&families](std::vector<prometheus::MetricFamily> more) {
    families.insert(families.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
  };
  add(SilenceFamilies(*silence_()));
  add(SelfFamilies(stats_(), ReadProcessStats()));
  families.push_back(NewFamily(kSeries));
  AddSample(kSeries, {}, static_cast<double>(GmeFamilies::SeriesCount(view)), &families.back());
  add(registry_.Collect());
  return prometheus::TextSerializer().Serialize(families);
}

prometheus::Counter& MetricsPage::ScrapesBy(const char* result) {
  // For a family that was registered already, Register returns that one.
  return prometheus::BuildCounter()
      .Name(Text(kScrapes.name))
      .Help(Text(kScrapes.help))
      .Register(registry_)
      .Add({{Text(kLabelResult), result}});
}

}  // namespace gmewatch
