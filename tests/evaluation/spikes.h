// The spike part: series with spikes of known start and size, and series with a release after which
// the level stays different.
//
// A spike is found if an alarm begins between its start and 10 minutes after its end. An alarm that
// was active before finds nothing. Thread safety: none.
#ifndef GMEWATCH_TESTS_EVALUATION_SPIKES_H_
#define GMEWATCH_TESTS_EVALUATION_SPIKES_H_

#include <cstdint>
#include <vector>

#include "tests/evaluation/run.h"

namespace gmewatch::detect_eval {

// One spike, and the result of one rule.
struct SpikeResult {
  size_t baseline = 0;  // index in kBaselines
  size_t factor = 0;    // index in kFactors
  bool detectable = false;
  bool strong_step = false;  // a step that adds at least 20 * VMR events a tick
  bool found = false;
  bool found_by_chance = false;  // an alarm begins in a window of this length 12 h after it
  int64_t delay = 0;             // ticks from its start to the alarm, if found
  int64_t start_error = 0;       // reported start - true start, in ticks, if found
};

struct ReleaseResult {
  size_t baseline = 0;
  bool alarmed = false;      // an alarm began after it
  int64_t active_ticks = 0;  // after it, until the series ends at least six days later
  bool on_after_day = false;
};

struct SpikeTally {
  std::vector<SpikeResult> spikes;
  std::vector<ReleaseResult> releases;
  int64_t alarms_outside = 0;  // that begin in a measured week, away from any spike
};

// A spike is detectable if it adds at least 60 * VMR events in total and has a factor of 3.
inline constexpr double kDetectableExcess = 60;
inline constexpr double kDetectableFactor = 3;
inline constexpr double kStrongExcessPerTick = 20;

// The series of the spike part: four spikes in each measured week, one every 36 h.
SeriesPlan PlanSpikes(const RunSettings& settings, int64_t index);
int64_t SpikeSeries(const RunSettings& settings);

// Returns one tally for each contender.
std::vector<SpikeTally> RunSpikes(const RunSettings& settings,
                                  const std::vector<Contender>& contenders);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_SPIKES_H_
