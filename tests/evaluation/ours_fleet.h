// The project's own detector over a whole fleet, as the daemon runs it: the same input, the default
// settings, saved and loaded at a restart.
//
// A place is added when it has its first events. Each operation counts as a session of its own that
// reports.
#ifndef GMEWATCH_TESTS_EVALUATION_OURS_FLEET_H_
#define GMEWATCH_TESTS_EVALUATION_OURS_FLEET_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/detect/arrival_reader.h"
#include "daemon/detect/detector.h"
#include "daemon/detect/silence_detector.h"
#include "daemon/model/detect_settings.h"
#include "daemon/model/spike.h"
#include "tests/evaluation/fleet_rule.h"

namespace gmewatch::detect_eval {

class OursFleet final : public FleetRule {
 public:
  explicit OursFleet(double false_alarms_a_week);

  void Observe(const MonthTick& tick, std::vector<ActiveLine>* active) override;

 private:
  void Restart();
  void AddPlaces(const MonthTick& tick);
  void WatchSilence(const MonthTick& tick);

  const DetectSettings settings_;
  Detector detector_;
  std::array<std::optional<uint32_t>, kLeaves> ids_;  // of the detector's places
  std::vector<CellGain> gains_;
  std::optional<SilenceDetector> silence_;
  std::vector<Arrivals> arrivals_;  // by the detector's places
  int64_t last_tick_ = 0;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_OURS_FLEET_H_
