// A rate that wanders: a random walk of the logarithm that is reflected at its bounds.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_EVALUATION_WANDER_H_
#define GMEWATCH_TESTS_EVALUATION_WANDER_H_

#include <cstdint>

#include "tests/support/random.h"

namespace gmewatch::detect_eval {

class Wander {
 public:
  // The factor stays between 1 / `bound` and `bound`, and changes by `step_a_minute` (standard
  // deviation of the logarithm). REQUIRES: bound >= 1.
  Wander(double bound, double step_a_minute, uint64_t seed);

  // The factor of the next minute.
  double Next();

 private:
  const double bound_;  // of the logarithm
  const double step_;
  Random random_;
  double log_;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_WANDER_H_
