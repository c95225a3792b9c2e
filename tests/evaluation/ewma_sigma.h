// The three-sigma rule: compares each tick with an exponentially weighted mean and deviation.
//
// As in Etsy's Skyline (algorithms.py, "stddev from moving average"; run there on 10 s ticks):
// centre of mass 50 points, alarm above 3 standard deviations. The tick is compared with the mean
// before it, because a mean that includes the tick bounds the score at 7. Only rises count. No
// alarm in the first 150 points. Ticks without data change nothing.
//
// The score is in standard deviations. Thread safety: none.
#ifndef GMEWATCH_TESTS_EVALUATION_EWMA_SIGMA_H_
#define GMEWATCH_TESTS_EVALUATION_EWMA_SIGMA_H_

#include <cstdint>
#include <string>

#include "tests/evaluation/rule.h"

namespace gmewatch::detect_eval {

class EwmaSigma : public Rule {
 public:
  explicit EwmaSigma(const RuleSetting& setting);

  Step Observe(int64_t tick, uint64_t count) override;
  std::string name() const override { return "ewma_sigma"; }

 private:
  const double threshold_;
  int64_t ticks_ = 0;  // seen
  double mean_ = 0;
  double variance_ = 0;
  Condition condition_;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_EWMA_SIGMA_H_
