#include "daemon/detect/season.h"

#include <algorithm>
#include <cmath>

namespace gmewatch {

SeasonMoment SeasonMomentAt(double unix_hours) {
  const double since_middle = unix_hours - 0.5;
  const double hour = std::floor(since_middle);
  double of_week = std::fmod(hour, static_cast<double>(kHoursPerWeek));
  if (of_week < 0) of_week += kHoursPerWeek;
  SeasonMoment moment;
  moment.from = static_cast<uint8_t>(of_week);
  moment.to = static_cast<uint8_t>((moment.from + 1U) % kHoursPerWeek);
  moment.weight = static_cast<float>(since_middle - hour);
  return moment;
}

float Season::FactorOf(uint8_t step) {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> factors{};
    for (size_t i = 0; i < factors.size(); ++i) {
      factors[i] =
          static_cast<float>(std::exp2((static_cast<double>(i) - kOne) / kStepsPerDoubling));
    }
    return factors;
  }();
  return table[step];
}

void Season::Learn(size_t hour, double factor, double weight) {
  const double wanted = kOne + kStepsPerDoubling * std::log2(std::max(factor, 1e-3));
  const double now = steps_[hour];
  steps_[hour] =
      static_cast<uint8_t>(std::lround(std::clamp(now + weight * (wanted - now), 0.0, 255.0)));
}

void Season::CopyAhead(size_t hour, size_t days) {
  for (size_t day = 1; day <= days; ++day) {
    steps_[(hour + 24 * day) % kHoursPerWeek] = steps_[hour];
  }
}

}  // namespace gmewatch
