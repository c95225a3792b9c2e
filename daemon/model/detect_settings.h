// The settings of the detector; config.proto explains each, with its default and range. Plain data.
#ifndef GMEWATCH_DAEMON_MODEL_DETECT_SETTINGS_H_
#define GMEWATCH_DAEMON_MODEL_DETECT_SETTINGS_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/yaml_message.h"
#include "gmewatch/internal/config.pb.h"

namespace gmewatch {

struct DetectSettings {
  // All defaults.
  DetectSettings() {
    internal::Detect defaults;
    SetDefaults(&defaults);
    *this = DetectSettings(defaults);
  }
  explicit DetectSettings(const internal::Detect& detect)
      : tick(ToDuration(detect.tick())),
        false_alarms_per_week(detect.false_alarms_per_week()),
        min_excess_events(detect.min_excess_events()),
        min_sessions(detect.min_sessions()),
        resolve_after(ToDuration(detect.resolve_after())),
        rebaseline_after(ToDuration(detect.rebaseline_after())),
        ignored_codes(detect.ignored_codes().begin(), detect.ignored_codes().end()) {}

  absl::Duration tick;
  double false_alarms_per_week = 0;
  double min_excess_events = 0;
  uint32_t min_sessions = 0;
  absl::Duration resolve_after;
  absl::Duration rebaseline_after;
  std::vector<int32_t> ignored_codes;

  friend bool operator==(const DetectSettings&, const DetectSettings&) = default;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_DETECT_SETTINGS_H_
