#include "daemon/detect/series/season.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gmewatch {

SeasonMoment SeasonMomentAt(double unix_hours) {
  // Plus a week, so that it is not negative.
  const double since_middle = unix_hours + (kHoursPerWeek - 0.5);
  const auto hour = static_cast<int64_t>(since_middle);
  SeasonMoment moment;
  moment.from = static_cast<uint8_t>(hour % int64_t{kHoursPerWeek});
  moment.to = static_cast<uint8_t>((moment.from + 1U) % kHoursPerWeek);
  moment.weight = static_cast<float>(since_middle - static_cast<double>(hour));
  return moment;
}

float Season::FactorOf(uint8_t step) {
  // constexpr, so that no read has to pass the guard of a static that is initialised at run time.
  static constexpr std::array<float, 256> kFactors = [] {
    std::array<float, 256> factors{};
    constexpr double kStep = 1.014545334937523714;  // the 48th root of 2
    double up = 1;
    double down = 1;
    factors[kOne] = 1;
    for (size_t i = 1; i < 256 - kOne; ++i) factors[kOne + i] = static_cast<float>(up *= kStep);
    for (size_t i = 1; i <= kOne; ++i) factors[kOne - i] = static_cast<float>(down /= kStep);
    return factors;
  }();
  return kFactors[step];
}

double Season::WantedStep(double factor) {
  return kOne + kStepsPerDoubling * std::log2(std::max(factor, 1e-3));
}

uint8_t Season::StepAt(double step) {
  return static_cast<uint8_t>(std::lround(std::clamp(step, 0.0, 255.0)));
}

float Season::Around(size_t hour) const {
  const size_t before = (hour + kHoursPerWeek - 1) % kHoursPerWeek;
  const size_t after = (hour + 1) % kHoursPerWeek;
  return (OfHour(before) + 2 * OfHour(hour) + OfHour(after)) / 4;
}

double Season::ProfileStep(size_t hour) const {
  constexpr size_t kHoursPerDay = 24;
  constexpr size_t kDays = kHoursPerWeek / kHoursPerDay;
  double same_hour = 0;
  for (size_t at = hour; at < hour + kHoursPerWeek; at += kHoursPerDay) {
    same_hour += steps_[(at + kHoursPerWeek - 1) % kHoursPerWeek] +
                 2.0 * steps_[at % kHoursPerWeek] + steps_[(at + 1) % kHoursPerWeek];
  }
  const size_t first = (hour + kHoursPerWeek - kHoursPerDay / 2) % kHoursPerWeek;
  const size_t end = std::min(first + kHoursPerDay, kHoursPerWeek);
  const size_t wrapped = first + kHoursPerDay - end;
  const auto* begin = steps_.data();
  const double day =
      std::accumulate(begin + first, begin + end, 0U) + std::accumulate(begin, begin + wrapped, 0U);
  const double week = std::accumulate(begin, begin + kHoursPerWeek, 0U);
  return same_hour / (4 * kDays) + day / kHoursPerDay - week / kHoursPerWeek;
}

float Season::Profile(size_t hour) const {
  return static_cast<float>(std::exp2((ProfileStep(hour) - kOne) / kStepsPerDoubling));
}

void Season::Learn(size_t hour, double factor, double weight) {
  const double wanted = WantedStep(factor);
  const double before = steps_[hour];
  // At least one step, if there is one to make: small differences would never be learned.
  const double way = std::abs(wanted - before);
  const double move = weight > 0 ? std::max(std::min(way, 1.0), weight * way) : 0;
  steps_[hour] = StepAt(before + std::copysign(move, wanted - before));
}

void Season::Multiply(size_t hour, size_t count, double factor) {
  const double steps = kStepsPerDoubling * std::log2(factor);
  for (size_t i = 0; i < count; ++i) {
    uint8_t& step = steps_[(hour + i) % kHoursPerWeek];
    step = StepAt(step + steps);
  }
}

void Season::SetAhead(size_t hour, size_t days, double factor) {
  const uint8_t step = StepAt(WantedStep(factor));
  for (size_t day = 1; day <= days; ++day) steps_[(hour + 24 * day) % kHoursPerWeek] = step;
}

void Season::ShrinkToProfile(double events_an_hour, double prior) {
  Season shrunk;
  for (size_t hour = 0; hour < kHoursPerWeek; ++hour) {
    const double events = events_an_hour * OfHour(hour);
    shrunk.steps_[hour] =
        StepAt((events * steps_[hour] + prior * ProfileStep(hour)) / (events + prior));
  }
  *this = shrunk;
}

}  // namespace gmewatch
