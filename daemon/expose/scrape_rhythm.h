// Whether the scrapes under one name come at one interval. Two Prometheus servers behind one
// address that send the same headers look like one, but together they scrape at uneven
// intervals.
//
// Thread safety: none. Remembers the shortest and the longest interval of the last `span` to twice
// `span`.
#ifndef GMEWATCH_DAEMON_EXPOSE_SCRAPE_RHYTHM_H_
#define GMEWATCH_DAEMON_EXPOSE_SCRAPE_RHYTHM_H_

#include "absl/time/time.h"

namespace gmewatch {

class ScrapeRhythm {
 public:
  // A scrape begins.
  void Add(absl::Duration now, absl::Duration span);

  // Whether at least kIntervals intervals are known and they differ by a fifth at most, or by 0.3
  // s. Two servers with the same interval seem one if they scrape at almost exactly half of it.
  bool IsEven() const;

  absl::Duration last() const { return last_; }

  static constexpr int kIntervals = 3;

 private:
  struct Window {
    absl::Duration shortest = absl::InfiniteDuration();
    absl::Duration longest;
    int intervals = 0;
  };

  absl::Duration last_ = -absl::InfiniteDuration();
  absl::Duration window_begun_;
  Window current_;
  Window before_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_SCRAPE_RHYTHM_H_
