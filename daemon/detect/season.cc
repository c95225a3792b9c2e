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

uint8_t Season::StepAt(double step) {
  return static_cast<uint8_t>(std::lround(std::clamp(step, 0.0, 255.0)));
}

float Season::Around(size_t hour) const {
  const size_t before = (hour + kHoursPerWeek - 1) % kHoursPerWeek;
  const size_t after = (hour + 1) % kHoursPerWeek;
  return (OfHour(before) + 2 * OfHour(hour) + OfHour(after)) / 4;
}

double Season::Learn(size_t hour, double factor, double weight) {
  const double wanted = kOne + kStepsPerDoubling * std::log2(std::max(factor, 1e-3));
  const double before = steps_[hour];
  // At least a step, where there is one to make: small differences would never be learned.
  const double most = std::abs(wanted - before);
  const double move = weight > 0 ? std::max(std::min(most, 1.0), weight * most) : 0;
  steps_[hour] = StepAt(before + std::copysign(move, wanted - before));
  return std::exp2((steps_[hour] - before) / kStepsPerDoubling);
}

void Season::Multiply(size_t hour, size_t count, double factor) {
  const double steps = kStepsPerDoubling * std::log2(factor);
  for (size_t i = 0; i < count; ++i) {
    uint8_t& step = steps_[(hour + i) % kHoursPerWeek];
    step = StepAt(step + steps);
  }
}

void Season::CopyAhead(size_t hour, size_t days) {
  for (size_t day = 1; day <= days; ++day) {
    steps_[(hour + 24 * day) % kHoursPerWeek] = steps_[hour];
  }
}

}  // namespace gmewatch
