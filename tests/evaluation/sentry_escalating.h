// Sentry's "escalating issues" rule, as its source describes it (getsentry/sentry,
// src/sentry/issues/escalating/escalating_issues_alg.py): the count of the current clock hour
// against a limit for the day.
//
// From the mean, standard deviation (sd) and maximum of the hourly counts of the last 7 days:
//   bursty limit = max * clamp(5 * exp(-0.65 * sd / mean), 2, 5)
//   spike limit  = mean weighted by weekday (the same weekday counts twice)
//                + mean * clamp((mean + 5 * sd) / mean, 5, 8)
//   limit        = the higher one, rounded down
// With less than 168 hours of history: 10 * max. Without any event in that time there is no limit.
// Sentry computes its forecast once a week, for 14 days; here it is computed every day, which is in
// its favour. Gaps are not handled: an hour without data counts as 0. The rule is not calibrated:
// it does not use a budget.
//
// The score is count / limit. Thread safety: none.
#ifndef GMEWATCH_TESTS_EVALUATION_SENTRY_ESCALATING_H_
#define GMEWATCH_TESTS_EVALUATION_SENTRY_ESCALATING_H_

#include <cstdint>
#include <string>

#include "tests/evaluation/hourly_counts.h"
#include "tests/evaluation/rule.h"

namespace gmewatch::detect_eval {

class SentryEscalating : public Rule {
 public:
  explicit SentryEscalating(const RuleSetting& setting);

  Step Observe(int64_t tick, uint64_t count) override;
  std::string name() const override { return "sentry_escalating"; }

 private:
  void Forecast(int64_t day);

  HourlyCounts counts_;
  int64_t day_ = -1;     // of `limit_`
  double expected_ = 0;  // events an hour
  double limit_ = 0;     // 0: no limit
  Condition condition_;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_SENTRY_ESCALATING_H_
