// A rise that has not ended: what came since it began, and whether it is over.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_RISE_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_RISE_H_

#include <algorithm>
#include <cstdint>

namespace gmewatch {

class Rise {
 public:
  Rise() = default;
  // `start`: its first tick; `tick`: the last one so far. `score`: see below.
  Rise(uint32_t start, uint32_t tick, double events, double expected, double score);

  // Takes ticks up to `tick`. `kept`: the share to which the recent sums fade.
  void Count(float events, float expected, float kept);
  // Updates the sequential test of "it is over" against "it goes on". `after`: the next tick.
  void Test(float events, float expected, float vmr, uint32_t after);
  void Raise(float score) { score_ = std::max(score_, score); }

  uint32_t start() const { return start_; }
  float events() const { return events_; }
  float expected() const { return expected_; }
  // The events over the expected ones, as a factor.
  float factor() const { return events_ / std::max(expected_, 1e-9F); }
  // The same of the last minutes.
  float recent_factor() const { return recent_events_ / std::max(recent_expected_, 1e-9F); }
  // The highest so far, in units of the threshold.
  float score() const { return score_; }
  // Whether nothing suggests that it is over. What comes later may be the baseline, which would
  // make a short rise look small.
  bool IsHigh() const { return end_llr_ == 0; }
  // Whether it fell back for `resolve_ticks`.
  bool IsOver(uint32_t after, double resolve_ticks) const;
  // Whether it has lasted so long, for its size, that it is the new level.
  bool IsNewLevel(uint32_t after, double rebaseline_ticks, double ticks_per_hour) const;
  // Whether it has not risen farther than by `factor` in the last minutes, or by chance.
  bool IsWithin(double factor, float vmr, double threshold) const;

  bool IsSound() const;

 private:
  friend class SeriesRecord;

  uint32_t start_ = 0;
  uint32_t quiet_since_ = 0;  // the first of the last ticks that suggest that it is over
  float events_ = 0;
  float expected_ = 0;
  float recent_events_ = 0;    // exponentially fading
  float recent_expected_ = 0;  // fades alike
  float end_llr_ = 0;          // log-likelihood ratio, in nats, of "it is over"
  float score_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_RISE_H_
