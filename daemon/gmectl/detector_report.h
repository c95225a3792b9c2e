// Writes the output of `gmectl explain --detector`: what the detector knows of a code in a place,
// and in one line each of the other places.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_DETECTOR_REPORT_H_
#define GMEWATCH_DAEMON_GMECTL_DETECTOR_REPORT_H_

#include "daemon/gmectl/screen.h"
#include "daemon/model/batch.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// `place`: an app or region of kAllLabel stands for all of them.
void AddDetector(const v1::DetectorResponse& detector, const Place& place, Screen* screen);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_DETECTOR_REPORT_H_
