// The quiet part: series without spikes and releases, on which every alarm is false.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_EVALUATION_QUIET_H_
#define GMEWATCH_TESTS_EVALUATION_QUIET_H_

#include <array>
#include <cstdint>
#include <vector>

#include "tests/evaluation/run.h"

namespace gmewatch::detect_eval {

// The result of one rule over all series. An alarm is counted at its start.
struct QuietTally {
  int64_t first_weeks = 0;                          // alarms while learning
  std::array<int64_t, kBaselines.size()> alarms{};  // in the measured weeks, by baseline
  int64_t active_ticks = 0;                         // of the measured weeks
  int64_t ticks = 0;                                // with data, of all weeks
  double seconds = 0;                               // of wall time in the rule
};

std::vector<QuietTally> RunQuiet(const RunSettings& settings,
                                 const std::vector<Contender>& contenders);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_QUIET_H_
