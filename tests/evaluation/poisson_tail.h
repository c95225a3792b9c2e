// Tests each tick alone: the probability of a Poisson count this high, given the mean of the hour
// before.
//
// The textbook rule for rare events. p = budget / (series * ticks a week), so that Poisson counts
// with a known mean would keep the budget exactly; the alarm is active while P(X >= count) < p. The
// mean is that of the 60 minutes before the tick plus one event, since an hour without events does
// not prove a rate of 0. No alarm in the first half hour.
//
// The score is -log10 of the probability; 0 if the count is less than three standard deviations
// above the mean.
// Thread safety: none.
#ifndef GMEWATCH_TESTS_EVALUATION_POISSON_TAIL_H_
#define GMEWATCH_TESTS_EVALUATION_POISSON_TAIL_H_

#include <cstdint>
#include <string>

#include "tests/evaluation/hourly_counts.h"
#include "tests/evaluation/rule.h"

namespace gmewatch::detect_eval {

class PoissonTail : public Rule {
 public:
  explicit PoissonTail(const RuleSetting& setting);

  Step Observe(int64_t tick, uint64_t count) override;
  std::string name() const override { return "poisson_tail"; }

 private:
  const double threshold_;  // -log10(p)
  HourlyCounts counts_;
  Condition condition_;
};

// log10 of P(X >= count) of a Poisson count. REQUIRES: count > mean > 0.
double LogPoissonTail(double count, double mean);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_POISSON_TAIL_H_
