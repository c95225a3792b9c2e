// The season of a series: for each of the 168 hours of a week (UTC; hour 0 is Thursday 0 h to 1 h,
// as 1970 began) the factor by which the rate differs from the level. Between the middles of two
// hours it is interpolated. 168 bytes, factors from 0.16 to 6.3 in steps of 1.5 %.
//
// Thread safety: const methods may run at once. Plain bytes: it may be stored byte for byte.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_SEASON_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_SEASON_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace gmewatch {

inline constexpr size_t kHoursPerWeek = 168;

// A moment between the middles of two hours.
struct SeasonMoment {
  uint8_t from = 0;
  uint8_t to = 0;
  float weight = 0;  // of `to`; `from` has the rest
};

// `unix_hours`: hours since 1970, with their fraction. REQUIRES: unix_hours >= 0.
SeasonMoment SeasonMomentAt(double unix_hours);

class Season {
 public:
  Season() { steps_.fill(kOne); }

  float At(const SeasonMoment& moment) const {
    const float from = FactorOf(steps_[moment.from]);
    return from + moment.weight * (FactorOf(steps_[moment.to]) - from);
  }
  float OfHour(size_t hour) const { return FactorOf(steps_[hour]); }
  // Returns the mean of the hour (weight 2) and its two neighbours (weight 1 each). A season
  // changes slowly, and three hours are known better than one.
  float Around(size_t hour) const;

  // Returns what the week as a whole predicts for an hour, a separable profile: the mean of the
  // same hour of all days (weighted as in Around), times the mean of the 24 hours around the hour,
  // over the mean of the week. The means are geometric.
  float Profile(size_t hour) const;

  // Moves the factor of an hour by `weight` (0 to 1) of the way to `factor`.
  void Learn(size_t hour, double factor, double weight);
  // Multiplies `count` hours from `hour` on, within the range of factors.
  void Multiply(size_t hour, size_t count, double factor);
  // Sets the factor of the same hour of the next `days` days.
  void SetAhead(size_t hour, size_t days, double factor);
  // Shrinks each hour towards its Profile, which weighs as much as `prior` events; the hour itself
  // weighs as much as its own events, `events_an_hour` times its factor.
  void ShrinkToProfile(double events_an_hour, double prior);

 private:
  // A step is 1/48 of a doubling, 1.5 %.
  static constexpr uint8_t kOne = 128;
  static constexpr double kStepsPerDoubling = 48;
  double ProfileStep(size_t hour) const;
  static float FactorOf(uint8_t step);
  static double WantedStep(double factor);
  static uint8_t StepAt(double step);

  std::array<uint8_t, kHoursPerWeek> steps_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_SEASON_H_
