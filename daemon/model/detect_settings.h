// What an operator can set of the detector; config.proto explains each and its effect. Plain data.
#ifndef GMEWATCH_DAEMON_MODEL_DETECT_SETTINGS_H_
#define GMEWATCH_DAEMON_MODEL_DETECT_SETTINGS_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"

namespace gmewatch {

struct DetectSettings {
  // How often counts are looked at; from 1 s to 1 h.
  absl::Duration tick = absl::Seconds(10);
  // False alarms a week, over all series together, that people accept.
  double false_alarms_per_week = 1;
  // A spike has at least so many events more than expected, from so many sessions.
  double min_excess_events = 10;
  uint32_t min_sessions = 3;
  // A spike lasts until its rate has been back to normal for this long.
  absl::Duration resolve_after = absl::Minutes(5);
  // A rate that stays up for this long is the new normal.
  absl::Duration rebaseline_after = absl::Hours(8);
  // Codes that never raise a spike, besides the catalogue's benign ones.
  std::vector<int32_t> ignored_codes;

  friend bool operator==(const DetectSettings&, const DetectSettings&) = default;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_DETECT_SETTINGS_H_
