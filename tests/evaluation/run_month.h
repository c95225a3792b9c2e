// The month part: every rule over the same months of a fleet.
//
// Thread safety: none; months run on `settings.threads` threads.
#ifndef GMEWATCH_TESTS_EVALUATION_RUN_MONTH_H_
#define GMEWATCH_TESTS_EVALUATION_RUN_MONTH_H_

#include <cstdint>
#include <vector>

#include "tests/evaluation/month.h"
#include "tests/evaluation/month_score.h"
#include "tests/evaluation/run.h"

namespace gmewatch::detect_eval {

// One month and its results.
struct MonthRun {
  uint64_t seed = 0;
  MonthPlan plan;
  std::vector<MonthLabel> labels;
  std::vector<MonthTally> tallies;  // by contender
  double seconds = 0;               // of processor time to make its counts
};

// Runs months of the seeds settings.seed, settings.seed + 1, ...
std::vector<MonthRun> RunMonths(const RunSettings& settings,
                                const std::vector<Contender>& contenders);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_RUN_MONTH_H_
