// The detector's data as the messages in which they are saved.
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_DETECT_DETECTOR_RECORDS_H_
#define GMEWATCH_DAEMON_DETECT_DETECTOR_RECORDS_H_

#include "daemon/detect/series/recurrence.h"
#include "daemon/detect/series/traffic.h"
#include "daemon/model/spike.h"
#include "gmewatch/internal/detector.pb.h"

namespace gmewatch {

void Pack(const Place& place, internal::PlaceName* out);
Place Unpack(const internal::PlaceName& place);
void Pack(const SpikePlace& where, internal::SpikePlaceRecord* out);
SpikePlace Unpack(const internal::SpikePlaceRecord& where);
void Pack(const Spike& spike, internal::AnnouncedRecord* out);
Spike Unpack(const internal::AnnouncedRecord& spike);
void Pack(const Incident& incident, internal::IncidentRecord* out);
Incident Unpack(const internal::IncidentRecord& incident);
void Pack(const PastRise& rise, internal::PastRiseRecord* out);
PastRise Unpack(const internal::PastRiseRecord& rise);
void Pack(const Traffic::Row& row, internal::TrafficRecord* out);
Traffic::Row Unpack(const internal::TrafficRecord& row);

// Whether the operations of a row that were read make sense.
bool IsSound(const Traffic::Row& row);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_DETECTOR_RECORDS_H_
