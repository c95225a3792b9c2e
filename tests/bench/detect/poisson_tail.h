// Each tick by itself: how probable is a Poisson count this high, given the mean of the hour
// before?
//
// The textbook rule for rare events. p = budget / (series * ticks a week), so that Poisson counts
// of a known mean would keep the budget exactly; the alarm is on where P(X >= count) < p. The mean
// is that of the 60 minutes before this tick, with one event added, since no event in an hour does
// not prove that none can come. Silent until it has seen half an hour.
//
// The score is -log10 of the probability, 0 where the count is not three standard deviations up.
// Thread safety: none.
#ifndef GMEWATCH_TESTS_BENCH_DETECT_POISSON_TAIL_H_
#define GMEWATCH_TESTS_BENCH_DETECT_POISSON_TAIL_H_

#include <cstdint>
#include <string>

#include "tests/bench/detect/hourly_counts.h"
#include "tests/bench/detect/rule.h"

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

#endif  // GMEWATCH_TESTS_BENCH_DETECT_POISSON_TAIL_H_
