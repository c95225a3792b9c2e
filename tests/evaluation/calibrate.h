// Finds the threshold at which a rule keeps the budget on quiet series.
//
// One pass counts the alarms at all thresholds: an alarm begins at a threshold when the score rises
// from at most the threshold to above it. Thread safety: none.
#ifndef GMEWATCH_TESTS_EVALUATION_CALIBRATE_H_
#define GMEWATCH_TESTS_EVALUATION_CALIBRATE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/evaluation/run.h"

namespace gmewatch::detect_eval {

// The number of alarms that begin at each threshold from 1 to kThresholdMax, in steps of 1 %.
class AlarmCurve {
 public:
  static constexpr double kThresholdMax = 1e9;

  AlarmCurve();

  // The score went from `before` to `now`.
  void Add(double before, double now);
  void Merge(const AlarmCurve& other);

  // Returns the lowest threshold with at most `allowed` alarms; nullopt if there isn't one.
  std::optional<double> Threshold(double allowed) const;

 private:
  size_t LevelAtOrAbove(double score) const;

  std::vector<int64_t> begun_;  // change of the number of alarms from one level to the next
};

// The threshold of contenders that keep the budget at no threshold: they never alarm.
inline constexpr double kNever = 1e300;

// Sets the thresholds of the calibrated contenders, on the measured weeks of the quiet series. If
// there are fewer series than share the budget, they have the same fraction of the budget.
void Calibrate(const RunSettings& settings, double nab_series, std::vector<Contender>* contenders);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_CALIBRATE_H_
