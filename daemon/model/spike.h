// What the detector reports: spikes, retry loops and incidents. Plain data; times are in seconds
// since 1970, rates in events per second.
#ifndef GMEWATCH_DAEMON_MODEL_SPIKE_H_
#define GMEWATCH_DAEMON_MODEL_SPIKE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/model/batch.h"

namespace gmewatch {

// A code, or the overflow label "other", in a place. An app or region of kAllLabel stands for all
// of them.
struct SpikePlace {
  int32_t code = 0;
  bool other_code = false;
  Place place;

  friend bool operator==(const SpikePlace&, const SpikePlace&) = default;
};

struct Spike {
  SpikePlace where;
  bool retry_loop = false;  // few sessions cause the rise; belongs to no incident
  bool active = false;
  int64_t start_s = 0;
  int64_t end_s = 0;         // 0 while it is active
  double expected_rate = 0;  // now
  double observed_rate = 0;  // now
  double score = 0;          // the highest so far; an alarm needs 1
  // The share of the operations of its place that ends with it, 0 to 1, and their number over that
  // which is usual at this hour. 0: not known.
  double operations_share = 0;
  double traffic_ratio = 0;
  // Roughly who caused it since it was announced; kSendersCounted stands for as many or more.
  uint32_t sessions = 0;
  uint32_t new_sessions = 0;  // those whose first batch reported it
  uint32_t addresses = 0;     // or players with a token; 0: neither is known
};

// A place whose traffic is far above what is usual at this hour, or one that is new. No alarm.
// Rates are operations per second.
struct TrafficLine {
  enum class Kind : uint8_t { kCrowd, kLaunch };
  Kind kind = Kind::kCrowd;
  Place place;
  bool active = false;
  int64_t start_s = 0;
  int64_t end_s = 0;         // 0 while it is active
  double usual_rate = 0;     // at this hour of the past days; 0 for a launch
  double observed_rate = 0;  // now; 0 for a launch
};

// Spikes that belong together: they began within minutes of each other in places that overlap.
struct Incident {
  uint64_t id = 0;  // unique over daemons and restarts; never reused
  bool active = false;
  int64_t start_s = 0;
  int64_t end_s = 0;                // 0 while it is active
  Place place;                      // the smallest that contains all members
  std::vector<SpikePlace> members;  // in the order of their alarms
  int32_t cause_code = 0;           // the likely cause: the member whose fix comes first
  std::string cause_action;         // its action in the catalogue
};

// The expected rate of a code now, in all apps and regions together.
struct ExpectedRate {
  int32_t code = 0;
  bool other_code = false;
  double rate = 0;
};

// The state after one tick: everything that is active or ended in the last hour.
struct SpikeReport {
  int64_t time_s = 0;
  std::vector<Spike> spikes;
  std::vector<Incident> incidents;
  std::vector<TrafficLine> traffic;
  std::vector<ExpectedRate> expected;  // of each code with a baseline
  uint64_t series = 0;                 // series and roll-ups that are watched
};

// A report as it is published to its readers, on any thread.
using SpikeSnapshot = std::shared_ptr<const SpikeReport>;

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_SPIKE_H_
