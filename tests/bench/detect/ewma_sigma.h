// Each tick against an exponentially weighted mean and standard deviation: the three-sigma rule.
//
// Two forms:
// - kPublished: as Etsy's Skyline has it (algorithms.py, "stddev from moving average"; run there on
//   10 s ticks): centre of mass 50 points, alarm above 3 standard deviations. The tick is compared
//   with the mean before it, because a mean that has the tick in it bounds the score at 7.
// - kMended: what one would do to run it on counts: a centre of mass of one hour, and a standard
//   deviation of at least that of a Poisson count, with at least one event an hour. No one
//   publishes it; it is here so that the rule is not judged by its weakness at small counts alone.
// Rises only. Silent for the first three centres of mass. Ticks without data change nothing.
//
// The score is in standard deviations. Thread safety: none.
#ifndef GMEWATCH_TESTS_BENCH_DETECT_EWMA_SIGMA_H_
#define GMEWATCH_TESTS_BENCH_DETECT_EWMA_SIGMA_H_

#include <cstdint>
#include <string>

#include "tests/bench/detect/rule.h"

namespace gmewatch::detect_eval {

class EwmaSigma : public Rule {
 public:
  enum class Form { kPublished, kMended };

  EwmaSigma(const RuleSetting& setting, Form form);

  Step Observe(int64_t tick, uint64_t count) override;
  std::string name() const override;

 private:
  const Form form_;
  const double threshold_;
  const double centre_of_mass_;  // ticks
  const double weight_;          // of a new tick
  double ticks_ = 0;             // seen
  double mean_ = 0;
  double variance_ = 0;
  Condition condition_;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_BENCH_DETECT_EWMA_SIGMA_H_
