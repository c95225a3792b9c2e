#include "tests/evaluation/wander.h"

#include <cmath>

namespace gmewatch::detect_eval {

Wander::Wander(double bound, double step_a_minute, uint64_t seed)
    : bound_(std::log(bound)),
      step_(step_a_minute),
      random_(seed),
      log_(random_.Uniform(-bound_, bound_)) {}

double Wander::Next() {
  log_ += step_ * random_.Normal();
  if (log_ > bound_) log_ = 2 * bound_ - log_;
  if (log_ < -bound_) log_ = -2 * bound_ - log_;
  return std::exp(log_);
}

}  // namespace gmewatch::detect_eval
