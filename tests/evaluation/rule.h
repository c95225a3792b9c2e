// The interface of a spike detection rule: one call for each tick, which returns a verdict.
//
// Thread safety: none; a rule watches one series. Tick numbers increase from call to call; a
// skipped number is a tick without data, which differs from a count of zero.
#ifndef GMEWATCH_TESTS_EVALUATION_RULE_H_
#define GMEWATCH_TESTS_EVALUATION_RULE_H_

#include <cstdint>
#include <optional>
#include <string>

namespace gmewatch::detect_eval {

struct Step {
  double expected = 0;  // events that the rule expected at this tick, or in its window
  double score = 0;     // how unusual, in the rule's own unit
  bool active = false;  // an alarm is active at this tick
  int64_t since = 0;    // the reported first tick of the spike, if active
};

class Rule {
 public:
  virtual ~Rule() = default;

  // REQUIRES: `tick` is greater than in the call before.
  virtual Step Observe(int64_t tick, uint64_t count) = 0;

  virtual std::string name() const = 0;
};

// The parameters of a rule.
struct RuleSetting {
  double tick_seconds = 10;
  double series = 5'000;           // series that share the budget
  double false_alarms_a_week = 1;  // the budget, over all of them
  // Replaces the published threshold; found by Calibrate().
  std::optional<double> threshold;
};

// The verdict of a rule whose alarm lasts as long as its condition holds.
class Condition {
 public:
  Step Verdict(int64_t tick, double expected, double score, bool holds) {
    if (holds && !active_) since_ = tick;
    active_ = holds;
    return Step{expected, score, holds, since_};
  }

 private:
  bool active_ = false;
  int64_t since_ = 0;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_RULE_H_
