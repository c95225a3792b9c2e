// What the detector tells people: spikes, retry loops and the incidents that they belong to. Plain
// data; times are in seconds since 1970, rates in events a second.
#ifndef GMEWATCH_DAEMON_MODEL_SPIKE_H_
#define GMEWATCH_DAEMON_MODEL_SPIKE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/model/batch.h"

namespace gmewatch {

// A code, or what is counted as "other", in a place; an app or region of kAllLabel is the whole.
struct SpikePlace {
  int32_t code = 0;
  bool other_code = false;
  Place place;

  friend bool operator==(const SpikePlace&, const SpikePlace&) = default;
};

struct Spike {
  SpikePlace where;
  bool retry_loop = false;  // the excess comes from very few sessions: no incident
  bool active = false;
  int64_t start_s = 0;
  int64_t end_s = 0;         // 0 while it is active
  double expected_rate = 0;  // now, by the past
  double observed_rate = 0;  // now
  double score = 0;          // the most evidence so far; 1 was enough for an alarm
};

// Spikes that began within minutes of each other in one place.
struct Incident {
  uint64_t id = 0;  // never used twice
  bool active = false;
  int64_t start_s = 0;
  int64_t end_s = 0;                // 0 while it is active
  Place place;                      // the smallest that holds all members
  std::vector<SpikePlace> members;  // in the order of their alarms
  int32_t cause_code = 0;           // the likely first cause, and who must act on it
  std::string cause_action;         // by the catalogue's word
};

// What the past of a code explains now, in all apps and regions together.
struct ExpectedRate {
  int32_t code = 0;
  bool other_code = false;
  double rate = 0;
};

// All at one tick: what is active, and what ended in the last hour.
struct SpikeReport {
  int64_t time_s = 0;
  std::vector<Spike> spikes;
  std::vector<Incident> incidents;
  std::vector<ExpectedRate> expected;  // of each code that has a past
  uint64_t series = 0;                 // that are watched
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_SPIKE_H_
