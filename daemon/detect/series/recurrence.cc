#include "daemon/detect/series/recurrence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace gmewatch {
namespace {

// A rise may come this much earlier or later than the ones before.
constexpr double kSlackHours = 0.5;

constexpr double kDayHours = 24;
constexpr double kWeekHours = 168;
constexpr size_t kPeriods = 3;

// Past rises fade with this half-life. So many of them do not raise the required score; the lowest
// mean logarithm of their scores that is assumed; and the highest score that is ever required.
constexpr double kHabitHours = 4 * kWeekHours;
constexpr double kRisesFree = 3;
constexpr double kRiseSizeMin = 0.3;
constexpr double kRequiredMax = 3;

// A longer rise is no part of a rhythm.
constexpr double kLongestHours = 12;

// The newest of all codes are kept: an attacker who makes rises must not fill the memory.
constexpr size_t kRisesMax = 10'000;

}  // namespace

Recurrence::Recurrence(double tick_seconds) : ticks_per_hour_(3600 / tick_seconds) {}

void Recurrence::Add(const PastRise& rise) {
  const double kept = (kPeriods * kWeekHours + kDayHours) * ticks_per_hour_;
  std::erase_if(rises_, [&](const PastRise& old) { return old.end + kept < rise.end; });
  if (rise.end - rise.start > kLongestHours * ticks_per_hour_) return;
  if (rises_.size() >= kRisesMax) rises_.erase(rises_.begin(), rises_.end() - (kRisesMax - 1));
  rises_.push_back(rise);
}

double Recurrence::OfPeriod(uint32_t slot, double tick, double period,
                            absl::FunctionRef<bool(uint32_t row)> overlap) const {
  const double slack = kSlackHours * ticks_per_hour_;
  std::array<double, kPeriods> factors;
  factors.fill(1);
  for (const PastRise& rise : rises_) {
    if (rise.slot != slot || !overlap(rise.row)) continue;
    for (size_t i = 0; i < kPeriods; ++i) {
      const double then = tick - static_cast<double>(i + 1) * period;
      if (rise.start - slack <= then && then <= rise.end + slack) {
        factors[i] = std::max<double>(factors[i], rise.factor);
      }
    }
  }
  std::sort(factors.begin(), factors.end(), std::greater<>());
  return factors[1];
}

double Recurrence::FactorAt(uint32_t slot, uint32_t tick,
                            absl::FunctionRef<bool(uint32_t row)> overlap) const {
  return std::max(OfPeriod(slot, tick, kDayHours * ticks_per_hour_, overlap),
                  OfPeriod(slot, tick, kWeekHours * ticks_per_hour_, overlap));
}

double Recurrence::RequiredScore(uint32_t slot, uint32_t tick,
                                 absl::FunctionRef<bool(uint32_t row)> overlap) const {
  double often = 0;
  double size = 0;
  for (const PastRise& rise : rises_) {
    if (rise.slot != slot || rise.recurred || !overlap(rise.row)) continue;
    const double weight =
        std::exp2((static_cast<double>(rise.end) - tick) / (kHabitHours * ticks_per_hour_));
    often += weight;
    size += weight * std::log(std::max(rise.score, 1.0F));
  }
  if (often <= kRisesFree) return 1;
  // Scores of rises are taken for a Pareto tail, P(score > s) = s^(-1 / size). This is the score
  // that only kRisesFree of the past rises exceed.
  const double required = std::pow(often / kRisesFree, std::max(size / often, kRiseSizeMin));
  return std::min(required, kRequiredMax);
}

}  // namespace gmewatch
