// The rules that are compared; each is a row of every table.
//
// Thread safety: constant data; a factory may be called from any thread.
#ifndef GMEWATCH_TESTS_EVALUATION_RULES_H_
#define GMEWATCH_TESTS_EVALUATION_RULES_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/evaluation/rule.h"

namespace gmewatch::detect_eval {

inline constexpr char kOurs[] = "gmewatch";

struct RuleEntry {
  std::string name;
  std::string threshold;  // the origin of its threshold, for the tables
  // Whether the threshold is set by simulation so that the budget is kept. REQUIRES: Step::score
  // does not depend on the threshold, and the alarm is active exactly while it is above the
  // threshold.
  bool calibrated = false;
  std::unique_ptr<Rule> (*make)(const RuleSetting& setting) = nullptr;
};

const std::vector<RuleEntry>& Rules();

// A rule and its calibrated thresholds.
struct Contender {
  RuleEntry entry;
  std::optional<double> threshold;      // at the budget for all series
  std::optional<double> nab_threshold;  // at the budget for the number of NAB series
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_RULES_H_
