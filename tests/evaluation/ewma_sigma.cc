#include "tests/evaluation/ewma_sigma.h"

#include <algorithm>
#include <cmath>

namespace gmewatch::detect_eval {
namespace {

constexpr double kPublishedThreshold = 3;
constexpr int64_t kCentreOfMass = 50;
constexpr double kWeight = 1.0 / (1 + kCentreOfMass);  // of a new tick
constexpr double kScoreMax = 1e12;                     // if the deviation is 0 or close to it

}  // namespace

EwmaSigma::EwmaSigma(const RuleSetting& setting)
    : threshold_(setting.threshold.value_or(kPublishedThreshold)) {}

Step EwmaSigma::Observe(int64_t tick, uint64_t count) {
  const double expected = mean_;
  const double above = static_cast<double>(count) - mean_;
  double score = 0;
  if (ticks_ >= 3 * kCentreOfMass && above > 0) {
    score = variance_ > 0 ? std::min(kScoreMax, above / std::sqrt(variance_)) : kScoreMax;
  }
  // At first, the plain mean of all ticks so far.
  ++ticks_;
  const double weight = ticks_ > kCentreOfMass ? kWeight : 1 / static_cast<double>(ticks_);
  mean_ += weight * above;
  variance_ = (1 - weight) * (variance_ + weight * above * above);
  return condition_.Verdict(tick, expected, score, score > threshold_);
}

}  // namespace gmewatch::detect_eval
