// The spike part: spikes of known place and size put into series, and releases after which the
// level stays another.
//
// A spike is found where an alarm begins between its start and 10 minutes after its end: an alarm
// that was on before finds nothing. Thread safety: none.
#ifndef GMEWATCH_TESTS_BENCH_DETECT_SPIKES_H_
#define GMEWATCH_TESTS_BENCH_DETECT_SPIKES_H_

#include <cstdint>
#include <vector>

#include "tests/bench/detect/run.h"

namespace gmewatch::detect_eval {

// One spike, and what one rule made of it.
struct SpikeResult {
  size_t baseline = 0;  // index in kBaselines
  size_t factor = 0;    // index in kFactors
  bool detectable = false;
  bool strong_step = false;  // a step that adds at least 20 * VMR events a tick
  bool found = false;
  bool found_by_chance = false;  // an alarm begins in as long a window 12 h after its end
  int64_t delay = 0;             // ticks from its start to the alarm; of a found one
  int64_t start_error = 0;       // what the alarm said to be its start - its start, in ticks
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
  int64_t alarms_outside = 0;  // begun in a measured week, away from any spike
};

// What a spike must add to be 'detectable': 60 * VMR events in all and three times the mean.
inline constexpr double kDetectableExcess = 60;
inline constexpr double kDetectableFactor = 3;
inline constexpr double kStrongExcessPerTick = 20;

// The series of the spike part: four spikes in each measured week, one every 36 h.
SeriesPlan PlanSpikes(const RunSettings& settings, int64_t index);
int64_t SpikeSeries(const RunSettings& settings);

// One tally a contender.
std::vector<SpikeTally> RunSpikes(const RunSettings& settings,
                                  const std::vector<Contender>& contenders);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_BENCH_DETECT_SPIKES_H_
