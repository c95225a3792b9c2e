// A crowd or a launch, and what speaks for a spike, as the JSON of the admin port has them.
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_TRIAGE_TRAFFIC_ANSWER_H_
#define GMEWATCH_DAEMON_TRIAGE_TRAFFIC_ANSWER_H_

#include "daemon/model/spike.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

v1::TrafficLine TrafficAnswer(const TrafficLine& line);

// The operations and the traffic of its place, and who reports it.
void SetEvidence(const Spike& spike, v1::Spike* answer);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_TRAFFIC_ANSWER_H_
