#include "tests/evaluation/fleet_rule.h"

#include "tests/evaluation/ours_fleet.h"
#include "tests/evaluation/rule_fleet.h"

namespace gmewatch::detect_eval {

std::unique_ptr<FleetRule> MakeFleetRule(const RunSettings& settings, const Contender& contender) {
  if (contender.entry.name == kOurs) {
    return std::make_unique<OursFleet>(settings.false_alarms_a_week);
  }
  return std::make_unique<RuleFleet>(settings, contender);
}

}  // namespace gmewatch::detect_eval
