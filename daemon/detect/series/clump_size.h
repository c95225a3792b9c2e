// Sparse counts that come in clumps: a client that fails reports several events at once.
//
// The size of a clump says next to nothing about how often clumps come. So each tick with events
// counts as one clump of the mean size, which keeps the mean and removes most of the variance. Of
// the events beyond a plausible clump a part is counted too, so that a large burst is not missed.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_CLUMP_SIZE_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_CLUMP_SIZE_H_

#include "daemon/detect/series/change_points.h"

namespace gmewatch {

// What else is known of a series.
struct KnownSeries {
  float level = 0;
  double events = 0;  // that the level was learned from
  float vmr = 1;
  bool counts_clumps = false;  // each tick with events counts as one clump of the mean size
};

class ClumpSize {
 public:
  ClumpSize() = default;
  // The prior: the mean of the logarithmic distribution, whose compound Poisson sums are negative
  // binomial with this variance-to-mean ratio.
  explicit ClumpSize(float vmr);

  // In events.
  float mean() const { return mean_; }

  // Whether the series is sparse, and its events come in clumps.
  bool ShouldCount(const KnownSeries& series) const;
  // Returns the dispersion of a tick with `expected` events. REQUIRES: expected > 0.
  TickDispersion DispersionOf(double expected, const KnownSeries& series) const;
  // Returns what the `events` of a tick are counted as.
  double CountedEvents(double events, const TickDispersion& dispersion,
                       const KnownSeries& series) const;

  // Takes a tick that has events. Does nothing if ticks often have several clumps.
  void Learn(double events, double expected, const KnownSeries& series);

  bool IsSound() const;

 private:
  friend class SeriesRecord;

  // Whether few ticks have two clumps.
  bool IsSparse(const KnownSeries& series) const;

  float mean_ = 1;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_CLUMP_SIZE_H_
