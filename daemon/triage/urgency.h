// What a person should read first: the order of the page and of the JSON alike.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_URGENCY_H_
#define GMEWATCH_DAEMON_TRIAGE_URGENCY_H_

#include <cstdint>
#include <string>

#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// The smaller rank is more urgent; if equal, the larger size; then the smaller code and place.
struct Urgency {
  int rank = 0;
  double size = 0;  // events a second
  int64_t code = 0;
  std::string place;
};
bool IsMoreUrgent(const Urgency& x, const Urgency& y);

// Active ones before ended ones, spikes before retry loops, then by the excess over the expected
// rate.
Urgency UrgencyOf(const v1::Spike& spike);
// Active ones first, by the excess of their active members; then ended ones, the newest first.
Urgency UrgencyOf(const v1::Incident& incident);
// Spiking codes by their excess, then retry loops by theirs, then the others by rate.
Urgency UrgencyOf(const v1::CodeSummary& code);

// Observed minus expected rate of an active spike, at least 0; 0 for an ended one.
double ExcessOf(const v1::Spike& spike);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_URGENCY_H_
