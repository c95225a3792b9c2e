// What one series teaches the detector, and when it counts as risen. A pure function of ticks and
// counts: no clock, no thread, no I/O.
//
// The expectation of a tick is level x season x factor: the level is learned over weeks, the season
// by hours of the week, the factor over the last hours. Counts are learned from only once no rise
// can have begun with them (candidates.h), so a rise does not raise what it is measured against.
//
// Thread safety: const methods may run at once on different states. Ticks are numbered since 1970
// in units of DetectSettings::tick. The Season that a state owns is passed by whoever keeps it.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_MODEL_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_MODEL_H_

#include <cstdint>

#include "daemon/detect/candidates.h"
#include "daemon/detect/season.h"
#include "daemon/detect/series_state.h"
#include "daemon/model/detect_settings.h"

namespace gmewatch {

// One tick's data.
struct TickInput {
  uint32_t tick = 0;
  uint32_t ticks = 1;     // that it stands for, itself the last: more after a time without data
  uint32_t sessions = 0;  // a bit for each session that reported, folded to 32
  uint64_t events = 0;
};

// By what these last hours differ from level and season. FactorOf is no lower than a floor once the
// level is known, so that the end of an outage in which nobody could report is no rise.
double RawFactorOf(const SeriesState& state);
double FactorOf(const SeriesState& state);
// Level and season say all that is known, until these hours teach otherwise.
void ForgetFactor(SeriesState* state);

// What a rise must score to be news, from 1: the more often the series rises, the more.
double HabitOf(const SeriesState& state);

class SeriesModel {
 public:
  explicit SeriesModel(const DetectSettings& settings);

  // `series` share the budget of false alarms.
  void SetSeries(double series);
  double threshold() const { return threshold_; }

  SeasonMoment MomentOf(uint32_t tick) const;
  // The number of the hour since 1970 in which the tick begins.
  int64_t HourOf(uint32_t tick) const;

  // A series that was silent for `watched_ticks` before `tick`, its first.
  SeriesState NewSeries(uint32_t tick, double watched_ticks) const;

  // Reckons in the silent ticks after state->tick, then the input. REQUIRES: input.tick -
  // input.ticks >= state->tick, in the same hour.
  void Advance(const TickInput& input, const Season* own, const Season* above,
               SeriesState* state) const;

  // Ends the hour whose last tick is `tick`; learns from it. True: the series counts enough for a
  // Season of its own, which it lacks.
  bool EndHour(uint32_t tick, Season* own, const Season* above, SeriesState* state) const;

  // There are no data from after state->tick up to `tick`.
  static void Skip(uint32_t tick, SeriesState* state) { state->tick = tick; }

  // Events expected in this tick.
  double Expected(uint32_t tick, const Season* own, const Season* above,
                  const SeriesState& state) const;
  // Evidence for a rise now, in units of the threshold.
  double Score(const SeriesState& state) const;

 private:
  // What an hour had to teach.
  struct WatchedHour {
    size_t of_week;
    double events;
    double expected;
    double hours;  // that were watched, up to 1
    bool rose;     // some of it was a rise, or is suspected to be
    bool unsure;   // it may be the first of one
    bool silent;   // next to nothing came where much was expected
  };
  struct Horizon {
    float fading_per_tick;  // of the factor's memory
    uint32_t ticks_max;     // how far back a rise may have begun
  };
  size_t HourOfWeek(uint32_t tick) const;
  // The factor of the season at a tick: its own, else that of the series above it, else 1. Either
  // may be null.
  float SeasonAt(uint32_t tick, const Season* own, const Season* above, SeriesPhase phase) const;
  const Horizon& HorizonOf(const SeriesState& state) const;
  void Learn(const Stretch& stretch, SeriesState* state) const;
  WatchedHour TakeHour(uint32_t tick, SeriesState* state) const;
  void LearnHour(const WatchedHour& hour, uint32_t tick, Season* own, const Season* above,
                 SeriesState* state) const;
  static void CountInHour(float events, float expected, uint32_t ticks, SeriesState* state);
  void LearnVariance(double events, double expected, double silent, double silent_ticks,
                     SeriesState* state) const;
  void LearnSeason(const WatchedHour& hour, Season* own, SeriesState* state) const;
  // While the season sees its first week.
  void LearnFirstWeek(const WatchedHour& hour, double events, Season* own,
                      SeriesState* state) const;
  void WatchNew(const TickInput& input, float base, float silent_base, SeriesState* state) const;
  void WatchQuiet(const TickInput& input, float base, float silent_base, SeriesState* state) const;
  void WatchRise(const TickInput& input, float base, float silent_base, SeriesState* state) const;
  // `spread`: by which it was found.
  void BeginRise(const BestStart& best, const Spread& spread, SeriesState* state) const;
  void EndRise(bool adopt, SeriesState* state) const;
  // Makes a rise a spike or a loop where it is beyond the series' habit.
  void Judge(SeriesState* state) const;
  Drift DriftOf(const SeriesState& state) const;
  // Of a quiet series, between two ticks.
  BestStart BestStartOf(const SeriesState& state) const;
  // Of a rise as a whole.
  double RiseEvidence(const SeriesState& state) const;

  DetectSettings settings_;
  double tick_seconds_;
  double ticks_per_hour_;
  double hours_per_tick_;
  double hold_ticks_;
  double adopt_ticks_;
  float recent_fading_;
  Horizon horizons_[3];
  double threshold_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_MODEL_H_
