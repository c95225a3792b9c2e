// Whether this process was scraped lately. A proxy asks one of two counters: that one pushes
// annotations.
//
// Thread safety: any thread.
#ifndef GMEWATCH_DAEMON_RECENT_SCRAPE_H_
#define GMEWATCH_DAEMON_RECENT_SCRAPE_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/expose/scrape_request.h"

namespace gmewatch {

class RecentScrape {
 public:
  static constexpr absl::Duration kLately = absl::Minutes(2);

  // `clock` must outlive it.
  explicit RecentScrape(Clock& clock) : clock_(clock) {}

  // The reader got what it asked for. A person is no scraper.
  void Note(const ScrapeRequest& request) {
    if (ScraperId(request).has_value()) at_ns_ = absl::ToInt64Nanoseconds(clock_.Monotonic());
  }
  bool IsLately() const {
    const int64_t at_ns = at_ns_;
    return at_ns != kNever && clock_.Monotonic() - absl::Nanoseconds(at_ns) <= kLately;
  }

 private:
  static constexpr int64_t kNever = INT64_MIN;

  Clock& clock_;
  std::atomic<int64_t> at_ns_{kNever};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_RECENT_SCRAPE_H_
