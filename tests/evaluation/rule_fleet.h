// A rule for one series, over a whole fleet: it watches each code in each place and roll-up, which
// all share the budget.
//
// Such a rule has no notion of a place, so its lines are mapped in its favour: a code has at most
// one line at a time, in the smallest place that holds every (app, region) in which the code
// alarms; if it alarms in roll-ups only, in the smallest of these. It sees a tick of several as
// their mean. It knows neither senders nor successes, and keeps its state over restarts.
#ifndef GMEWATCH_TESTS_EVALUATION_RULE_FLEET_H_
#define GMEWATCH_TESTS_EVALUATION_RULE_FLEET_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/evaluation/fleet_rule.h"

namespace gmewatch::detect_eval {

class RuleFleet final : public FleetRule {
 public:
  RuleFleet(const RunSettings& settings, const Contender& contender);

  void Observe(const MonthTick& tick, std::vector<ActiveLine>* active) override;

 private:
  // The line of a code that alarms in at least one row.
  ActiveLine LineOf(int code, const std::vector<Step>& steps) const;

  std::vector<std::unique_ptr<Rule>> rules_;  // by code, then row
  std::vector<uint64_t> counts_;              // the same
  std::vector<Step> steps_;                   // of one code, by row
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_RULE_FLEET_H_
