// What the detector knows of one code: why it reports it, or what it would take. Plain data; times
// are in seconds since 1970, rates in events per second.
#ifndef GMEWATCH_DAEMON_MODEL_EXPLAINED_CODE_H_
#define GMEWATCH_DAEMON_MODEL_EXPLAINED_CODE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/model/batch.h"

namespace gmewatch {

// A code in a place. Expected is level x season x last_hours x traffic.
struct ExplainedSeries {
  Place place;
  std::string phase;  // new, quiet, part of a rise, retry loop, spike
  double expected_rate = 0;
  double level = 0;       // events per second at a season and a traffic of 1
  double season = 0;      // of this hour
  double last_hours = 0;  // how much the last hours differ from that
  double traffic = 0;     // operations now, over their mean of weeks; 1 without successes
  double dispersion = 0;  // variance over mean of a tick
  double drift = 0;       // squared relative error of an hour's expectation
  double known_hours = 0;
  double score = 0;           // the highest of the rise, or now
  double required_score = 1;  // more than 1 if the code often rises
  // The least events in the next tick, or evenly in the next minute, for a spike to be reported by
  // their end. 0: it is reported already, or no number is enough.
  double needed_in_tick = 0;
  double needed_in_minute = 0;
};

struct ExplainedRise {
  Place place;
  int64_t start_s = 0;
  int64_t end_s = 0;
  double factor = 0;  // its events over the expected ones
  double score = 0;
};

struct ExplainedCode {
  int64_t time_s = 0;
  double tick_seconds = 0;
  std::vector<ExplainedSeries> series;  // roll-ups first
  std::vector<ExplainedRise> rises;     // that are over, the newest first
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_EXPLAINED_CODE_H_
