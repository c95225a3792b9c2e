// Finds the threshold at which a rule keeps the budget on quiet series.
//
// One pass tells the alarms at every threshold: an alarm begins at a threshold where the score
// goes from at or below it to above it. Thread safety: none.
#ifndef GMEWATCH_TESTS_BENCH_DETECT_CALIBRATE_H_
#define GMEWATCH_TESTS_BENCH_DETECT_CALIBRATE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/bench/detect/run.h"

namespace gmewatch::detect_eval {

// How many alarms begin, by threshold. Thresholds from 1 to kThresholdMax, 1 % apart.
class AlarmCurve {
 public:
  static constexpr double kThresholdMax = 1e9;

  AlarmCurve();

  // The score went from `before` to `now`.
  void Add(double before, double now);
  void Merge(const AlarmCurve& other);

  // The lowest threshold that keeps the alarms at `allowed`; none where no threshold does.
  std::optional<double> Threshold(double allowed) const;

 private:
  size_t LevelAtOrAbove(double score) const;

  std::vector<int64_t> begun_;  // change of the number of alarms from one level to the next
};

// The threshold that contenders get which do not keep the budget at any: no alarm at all.
inline constexpr double kNever = 1e300;

// Sets the thresholds of those contenders that are calibrated, on the measured week of the quiet
// series; of a part of the series, the same part of the budget.
void Calibrate(const RunSettings& settings, double nab_series, std::vector<Contender>* contenders);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_BENCH_DETECT_CALIBRATE_H_
