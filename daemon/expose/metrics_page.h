// Renders a scrape: the gme_* families, then the daemon's own metrics, streamed in chunks.
//
// Thread safety: every method may be called from any thread. `counters`, `clock` and what the
// functions reach must outlive it. Errors of Render: ResourceExhausted, kScrapesMax scrapes run
// already, and nothing was written; Cancelled, the sink gave up; DeadlineExceeded, the reader took
// longer than kScrapeTimeMax.
#ifndef GMEWATCH_DAEMON_EXPOSE_METRICS_PAGE_H_
#define GMEWATCH_DAEMON_EXPOSE_METRICS_PAGE_H_

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <atomic>
#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "daemon/aggregate/counters.h"
#include "daemon/base/clock.h"
#include "daemon/catalog/catalog.h"
#include "daemon/expose/chunk_writer.h"
#include "daemon/expose/gme_families.h"
#include "daemon/expose/scrape_request.h"
#include "daemon/expose/self_metrics.h"
#include "daemon/expose/zero_first.h"
#include "daemon/model/silence.h"
#include "daemon/model/spike.h"

namespace gmewatch {

class MetricsPage {
 public:
  using SpikesFn = std::function<SpikeSnapshot()>;
  using SilenceFn = std::function<SilenceSnapshot()>;
  using StatsFn = std::function<SelfStats()>;

  // The functions are called on the threads that render. `shared`: other processes show these
  // counters too (zero_first.h).
  MetricsPage(const Counters& counters, Clock& clock, ZeroFirst::ShowFn show, SpikesFn spikes,
              SilenceFn silence, StatsFn stats, bool shared = false);

  // Takes effect with the next scrape.
  void SetCatalog(absl::Span<const CatalogCode> codes, const CatalogDisplay& display) {
    gme_families_.SetCatalog(codes, display);
  }

  // How long a new series is at zero at most (zero_first.h).
  void SetZeroFor(absl::Duration zero_for) { zero_first_.SetZeroFor(zero_for); }

  // Renders what this reader sees, in the format that it asks for, without a content coding.
  // Returns Ok if `sink` took everything, including the end.
  absl::Status Render(const ScrapeRequest& request, ChunkSink sink);

  // The most scrapes at a time; as many as the admin port has threads for.
  static constexpr int kScrapesMax = 16;
  static constexpr absl::Duration kScrapeTimeMax = absl::Minutes(1);

 private:
  absl::Status RenderView(const ScrapeView& view, bool open_metrics, ChunkSink sink);
  // The text of all families but those of the counters.
  std::string OtherFamilies(const ScrapeView& view) const;
  prometheus::Counter& ScrapesBy(const char* result);

  Clock& clock_;
  const SpikesFn spikes_;
  const SilenceFn silence_;
  const StatsFn stats_;
  ZeroFirst zero_first_;
  GmeFamilies gme_families_;
  std::atomic<int> running_{0};

  // The scrapes are counted here.
  prometheus::Registry registry_;
  prometheus::Counter& completed_;
  prometheus::Counter& broken_off_;
  prometheus::Counter& rejected_;
  prometheus::Histogram& duration_seconds_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_METRICS_PAGE_H_
