// Makes spikes and spike reports for tests.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_TESTS_DAEMON_ANNOTATE_SPIKES_H_
#define GMEWATCH_TESTS_DAEMON_ANNOTATE_SPIKES_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "daemon/model/spike.h"

namespace gmewatch {

inline constexpr int64_t kStart = 1'767'225'600;  // the start of the first spike, in seconds

inline Spike ActiveSpike(int32_t code, int64_t start_s = kStart) {
  Spike spike;
  spike.where = {code, false, {"demo", "eu"}};
  spike.active = true;
  spike.start_s = start_s;
  spike.expected_rate = 0.05;
  spike.observed_rate = 0.7;
  spike.score = 3;
  return spike;
}

inline Spike EndedSpike(Spike spike, int64_t end_s) {
  spike.active = false;
  spike.end_s = end_s;
  spike.observed_rate = spike.expected_rate;
  return spike;
}

inline SpikeReport ReportAt(int64_t time_s, std::vector<Spike> spikes) {
  SpikeReport report;
  report.time_s = time_s;
  report.spikes = std::move(spikes);
  return report;
}

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_ANNOTATE_SPIKES_H_
