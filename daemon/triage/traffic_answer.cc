#include "daemon/triage/traffic_answer.h"

#include "daemon/model/spike_reason.h"
#include "daemon/triage/timestamp.h"

namespace gmewatch {

v1::TrafficLine TrafficAnswer(const TrafficLine& line) {
  v1::TrafficLine out;
  out.set_kind(line.kind == TrafficLine::Kind::kLaunch ? v1::TrafficLine::LAUNCH
                                                       : v1::TrafficLine::CROWD);
  out.set_app(line.place.app);
  out.set_region(line.place.region);
  out.set_active(line.active);
  *out.mutable_start() = TimestampOf(line.start_s);
  if (!line.active) *out.mutable_end() = TimestampOf(line.end_s);
  out.set_usual_rate(line.usual_rate);
  out.set_observed_rate(line.observed_rate);
  return out;
}

void SetEvidence(const Spike& spike, v1::Spike* answer) {
  answer->set_operations_share(spike.operations_share);
  answer->set_traffic_ratio(spike.traffic_ratio);
  answer->set_sessions(spike.sessions);
  answer->set_new_sessions(spike.new_sessions);
  answer->set_addresses(spike.addresses);
  answer->set_reason(SpikeReason(spike));
}

}  // namespace gmewatch
