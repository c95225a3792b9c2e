#include "tests/bench/detect/ewma_sigma.h"

#include <algorithm>
#include <cmath>

namespace gmewatch::detect_eval {
namespace {

constexpr double kPublishedThreshold = 3;
constexpr double kPublishedCentreOfMass = 50;
constexpr double kScoreMax = 1e12;  // where the standard deviation is 0, or as good as

}  // namespace

EwmaSigma::EwmaSigma(const RuleSetting& setting, Form form)
    : form_(form),
      threshold_(setting.threshold.value_or(kPublishedThreshold)),
      centre_of_mass_(form == Form::kMended ? 3600 / setting.tick_seconds : kPublishedCentreOfMass),
      weight_(1 / (1 + centre_of_mass_)) {}

Step EwmaSigma::Observe(int64_t tick, uint64_t count) {
  const auto value = static_cast<double>(count);
  const double above = value - mean_;
  const double expected = mean_;
  double score = 0;
  if (ticks_ >= 3 * centre_of_mass_ && above > 0) {
    double variance = variance_;
    if (form_ == Form::kMended) variance = std::max({variance, mean_, 1 / centre_of_mass_});
    score = variance > 0 ? std::min(kScoreMax, above / std::sqrt(variance)) : kScoreMax;
  }
  // While it is young, the plain mean of what it has seen.
  const double weight = std::max(weight_, 1 / (ticks_ + 1));
  mean_ += weight * above;
  variance_ = (1 - weight) * (variance_ + weight * above * above);
  ticks_ += 1;
  return condition_.Verdict(tick, expected, score, score > threshold_);
}

std::string EwmaSigma::name() const {
  return form_ == Form::kMended ? "ewma_mended" : "ewma_sigma";
}

}  // namespace gmewatch::detect_eval
