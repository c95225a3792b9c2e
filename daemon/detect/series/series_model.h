// The model of one series: learns its baseline and decides when it rises. A pure function of ticks
// and counts: no clock, no thread, no I/O. README.md has the formulas.
//
// The expected rate is level x season x factor: the level is learned over weeks, the season for
// each hour of the week, the factor over the last hours. Counts are learned from only once no rise
// can have begun with them (change_points.h), so a rise does not raise its own baseline.
//
// "Base" is what level and season predict (level x season, summed over ticks); "expected" is the
// base times the factor. Both are in events.
//
// Thread safety: const methods may run at once on different states. Ticks are numbered since 1970
// in units of DetectSettings::tick. The caller keeps the Seasons: `own` is that of the series, null
// if it has none; `above` that of a roll-up that holds it, null if none has one.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_SERIES_MODEL_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_SERIES_MODEL_H_

#include <cstdint>

#include "daemon/detect/series/change_points.h"
#include "daemon/detect/series/dispersion.h"
#include "daemon/detect/series/season.h"
#include "daemon/detect/series/series_state.h"
#include "daemon/detect/series/series_times.h"
#include "daemon/model/detect_settings.h"

namespace gmewatch {

// One tick's data.
struct TickInput {
  uint32_t tick = 0;
  uint32_t ticks = 1;     // the ticks that were counted together, this one the last
  uint32_t sessions = 0;  // a bit for each session that reported, folded to 32 bits
  uint64_t events = 0;
  // Means (traffic.h): over `ticks`, and over those without events between the state's last tick
  // and them.
  float exposure = 1;
  float silent_exposure = 1;
};

// The events since a rise began, and those that were expected.
struct RiseSoFar {
  double events = 0;
  double expected = 0;
};

class SeriesModel {
 public:
  explicit SeriesModel(const DetectSettings& settings);

  // The number of series that share the budget of false alarms.
  void SetSeriesCount(double series);
  // In nats.
  double threshold() const { return threshold_; }

  const SeriesTimes& times() const { return times_; }

  // Returns the state of a series whose first events come at `tick`, after `watched_ticks` without
  // any.
  SeriesState NewSeries(uint32_t tick, double watched_ticks) const;

  // Counts the ticks after state->tick as ticks without events, then the input. REQUIRES:
  // input.tick - input.ticks >= state->tick, in the same hour.
  void Advance(const TickInput& input, const Season* own, const Season* above,
               SeriesState* state) const;

  // Ends the hour whose last tick is `tick`, and learns from it. Returns true if the series has no
  // Season of its own but counts enough for one.
  bool EndHour(uint32_t tick, Season* own, const Season* above, SeriesState* state) const;

  // An exposure of 1 has `ratio` times the events from now on.
  static void ScaleLevel(double ratio, SeriesState* state);
  // What is expected now becomes the level, and the season is forgotten: from now on the exposure
  // means something else.
  void Flatten(Season* own, const Season* above, SeriesState* state) const;

  // Returns the events of the rise, or of what may become one.
  RiseSoFar RiseOf(const SeriesState& state) const;
  // Follows what may become a rise, as a rise of another series has been found that may be part of
  // it, or it of that. REQUIRES: RiseOf(*state) has events.
  void Join(SeriesState* state) const;
  // Whether a rise has not risen farther than by `factor` in the last minutes, or by chance.
  bool IsWithin(double factor, const SeriesState& state) const;
  // Ends a rise. `rebaseline`: its present rate becomes the level, and the level is kept beside it.
  void EndRise(bool rebaseline, SeriesState* state) const;
  // Forgets the change points, and a rise: another series explains them.
  static void Drop(SeriesState* state);

  // Skips the ticks after state->tick up to `tick`: there are no data for them.
  static void Skip(uint32_t tick, SeriesState* state) { state->tick = tick; }

  // Returns the events expected in this tick.
  double Expected(uint32_t tick, const Season* own, const Season* above,
                  const SeriesState& state) const;
  // Returns the score: the highest log-likelihood ratio of a rise now, in units of the threshold.
  double Score(const SeriesState& state) const;

 private:
  void WatchNew(const TickInput& input, float exposure, SeriesState* state) const;
  void WatchQuiet(const TickInput& input, float base, float silent_base, SeriesState* state) const;
  void WatchRise(const TickInput& input, float base, float silent_base, SeriesState* state) const;
  // Learns the factor from the past.
  void Learn(const Stretch& stretch, SeriesState* state) const;
  void BeginRise(double llr, SeriesState* state) const;
  // Makes a loop with many sessions a spike.
  void Classify(SeriesState* state) const;
  static void SwapLevels(SeriesState* state);
  // REQUIRES: the series is quiet, and not within a tick.
  BestChangePoint BestChangePointOf(const SeriesState& state) const;
  // Returns the log-likelihood ratio of the rise as a whole.
  double RiseLlr(const SeriesState& state) const;

  DetectSettings settings_;
  SeriesTimes times_;
  double threshold_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_SERIES_MODEL_H_
