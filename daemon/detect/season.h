// The rhythm of a week: for each of its 168 hours (UTC, the first is Thursday 0 h to 1 h, as 1970
// began) the factor by which a rate differs from its level; between the middles of two hours it is
// interpolated. 168 bytes.
//
// Thread safety: none. Plain bytes: it may be stored as it stands.
#ifndef GMEWATCH_DAEMON_DETECT_SEASON_H_
#define GMEWATCH_DAEMON_DETECT_SEASON_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace gmewatch {

inline constexpr size_t kHoursPerWeek = 168;

// A moment between the middles of two hours: `weight` of the second.
struct SeasonMoment {
  uint8_t from = 0;
  uint8_t to = 0;
  float weight = 0;
};

// Hours since 1970, with their fraction. REQUIRES: 0 or more.
SeasonMoment SeasonMomentAt(double unix_hours);

class Season {
 public:
  Season() { steps_.fill(kOne); }

  float At(const SeasonMoment& moment) const {
    const float from = FactorOf(steps_[moment.from]);
    return from + moment.weight * (FactorOf(steps_[moment.to]) - from);
  }
  float OfHour(size_t hour) const { return FactorOf(steps_[hour]); }
  // The mean of the hour, twice, and its neighbours: a rhythm goes up and down slowly, and three
  // hours are known better than one.
  float Around(size_t hour) const;

  // What the week says of an hour: it is like the same hour of all days and its neighbours (their
  // geometric mean), times what the day around it has more than the others.
  float Usual(size_t hour) const;

  // Moves the factor of an hour by `weight` (0 to 1) of the way to `factor`.
  void Learn(size_t hour, double factor, double weight);
  // Multiplies `count` hours from `hour` on, as far as their range goes.
  void Multiply(size_t hour, size_t count, double factor);
  // The factor of the same hour of the next `days` days.
  void SetAhead(size_t hour, size_t days, double factor);
  // After a first week: each hour is drawn to its Usual, by as much as it would be by `prior`
  // events of that beside its own, which are `events_an_hour` at a factor of 1.
  void Settle(double events_an_hour, double prior);

 private:
  // A step is 1/48 of a doubling, 1.5 %: factors from 0.16 to 6.3.
  static constexpr uint8_t kOne = 128;
  static constexpr double kStepsPerDoubling = 48;
  double UsualStep(size_t hour) const;
  static float FactorOf(uint8_t step);
  static double WantedStep(double factor);
  static uint8_t StepAt(double step);

  std::array<uint8_t, kHoursPerWeek> steps_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SEASON_H_
