// The rules that are compared: one row of every table each.
//
// Thread safety: constant data; a factory may be called from any thread.
#ifndef GMEWATCH_TESTS_BENCH_DETECT_RULES_H_
#define GMEWATCH_TESTS_BENCH_DETECT_RULES_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/detect/rule.h"

namespace gmewatch::detect_eval {

struct RuleEntry {
  std::string name;
  std::string threshold;  // where its threshold comes from, for people
  // Whether the threshold is set by simulation so that the budget is kept. REQUIRES: Step::score
  // does not depend on the threshold, and the alarm is on exactly where it is above the threshold.
  bool calibrated = false;
  std::unique_ptr<Rule> (*make)(const RuleSetting& setting) = nullptr;
};

const std::vector<RuleEntry>& Rules();

// A rule as it takes part: with the thresholds that calibration gave it.
struct Contender {
  RuleEntry entry;
  std::optional<double> threshold;      // at the budget for all series
  std::optional<double> nab_threshold;  // at the budget for as many series as NAB has
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_BENCH_DETECT_RULES_H_
