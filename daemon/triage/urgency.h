// What a person should look at first: the one order of the page and of the JSON.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_URGENCY_H_
#define GMEWATCH_DAEMON_TRIAGE_URGENCY_H_

#include <cstdint>
#include <string>

#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// The smaller rank is more urgent, of equals the larger size, then the earlier key.
struct Urgency {
  int rank = 0;
  double size = 0;  // events a second
  int64_t code = 0;
  std::string place;
};
bool IsMoreUrgent(const Urgency& x, const Urgency& y);

// What is active before what is over; spikes before retry loops; by the excess over what is expected.
Urgency UrgencyOf(const v1::Spike& spike);
// By the excess of its active members.
Urgency UrgencyOf(const v1::Incident& incident);
// Codes that spike by their excess, then retry loops, then the rest by rate.
Urgency UrgencyOf(const v1::CodeSummary& code);

// Of an active spike; 0 of one that is over.
double ExcessOf(const v1::Spike& spike);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_URGENCY_H_
