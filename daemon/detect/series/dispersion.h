// The dispersion of a series: the variance-to-mean ratio of a tick (vmr), learned from single ticks
// of which no rise is suspected.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_DISPERSION_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_DISPERSION_H_

namespace gmewatch {

// A tick, and the ticks without events before it.
struct WatchedTick {
  double events = 0;
  double expected = 0;  // > 0
  double silent_expected = 0;
  double silent_ticks = 0;
};

class Dispersion {
 public:
  // The prior.
  static constexpr float kPrior = 1.5F;

  Dispersion() = default;
  // Learns from the first ticks of a series. `squares`: the sum of squared counts. REQUIRES: events
  // > 0.
  static Dispersion OfFirstTicks(float events, float squares, float ticks);

  // At least 1.
  float vmr() const { return vmr_; }

  // `drift`: the squared relative error of an hour's expectation. `known_ticks`: that the level was
  // learned from.
  void Learn(const WatchedTick& tick, double drift, double known_ticks);

  bool IsSound() const;

 private:
  friend class SeriesRecord;

  float vmr_ = kPrior;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_DISPERSION_H_
