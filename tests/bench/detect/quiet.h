// The quiet part: series without spikes and releases, on which every alarm is a false one.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_BENCH_DETECT_QUIET_H_
#define GMEWATCH_TESTS_BENCH_DETECT_QUIET_H_

#include <array>
#include <cstdint>
#include <vector>

#include "tests/bench/detect/run.h"

namespace gmewatch::detect_eval {

// Of one rule over all series. An alarm is counted where it begins.
struct QuietTally {
  int64_t first_weeks = 0;                          // alarms while learning
  std::array<int64_t, kBaselines.size()> alarms{};  // in the measured weeks, by baseline
  int64_t active_ticks = 0;                         // of the measured weeks
  int64_t ticks = 0;                                // that had data, of all weeks
  double seconds = 0;                               // that the rule took
};

std::vector<QuietTally> RunQuiet(const RunSettings& settings,
                                 const std::vector<Contender>& contenders);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_BENCH_DETECT_QUIET_H_
