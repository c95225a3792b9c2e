// A crowd or a launch, as the JSON of the admin port has it.
//
// Thread safety: a pure function.
#ifndef GMEWATCH_DAEMON_TRIAGE_TRAFFIC_ANSWER_H_
#define GMEWATCH_DAEMON_TRIAGE_TRAFFIC_ANSWER_H_

#include "daemon/model/spike.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

v1::TrafficLine TrafficAnswer(const TrafficLine& line);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_TRAFFIC_ANSWER_H_
