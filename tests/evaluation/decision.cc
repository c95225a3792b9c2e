#include "tests/evaluation/decision.h"

#include <algorithm>
#include <cmath>

#include "tests/evaluation/fleet.h"
#include "tests/evaluation/simulate.h"

namespace gmewatch::detect_eval {

double CountLlr(double count, double mean, double vmr) {
  if (count <= mean) return 0;
  if (mean <= 0) return 1e9;
  const double poisson = count * std::log(count / mean);
  if (vmr < 1 + 1e-9) return poisson - (count - mean);
  const double size = mean / (vmr - 1);
  return poisson - (count + size) * std::log((count + size) / (mean + size));
}

double Decision::Level() {
  const double series = static_cast<double>(kRows) * kErrorCodes;
  return kLevelFactor * std::log(series * static_cast<double>(kWeekTicks));
}

bool Decision::Add(double count, double expected, double vmr) {
  if (passed_) return true;
  const double mean = kUnknownFactor * expected;
  const Sums before = sums_.back();
  const Sums now = {before.count + count, before.expected + mean, before.variance + vmr * mean};
  sums_.push_back(now);
  const size_t last = sums_.size() - 1;
  const auto passes = [&](size_t length) {
    const Sums& start = sums_[last - length];
    const double window_mean = now.expected - start.expected;
    const double window_vmr = window_mean > 0 ? (now.variance - start.variance) / window_mean : 1;
    return CountLlr(now.count - start.count, window_mean, window_vmr) >= Level();
  };
  passed_ = passes(last);
  for (size_t length = 1; length < last && !passed_; length *= 2) passed_ = passes(length);
  return passed_;
}

}  // namespace gmewatch::detect_eval
