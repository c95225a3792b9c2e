#include "tests/evaluation/traffic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "tests/evaluation/fleet.h"
#include "tests/evaluation/simulate.h"

namespace gmewatch::detect_eval {
namespace {

constexpr std::array<int64_t, kRegions> kHoursAhead = {1, 7, 19, 12};
constexpr double kPeakHour = 20;
constexpr double kWeekendFactor = 1.4;
constexpr double kWeekendFlatter = 0.8;          // of the daily range, on a logarithmic scale
constexpr double kChangeTicks = 4 * kHourTicks;  // from one kind of day to the other
constexpr int64_t kSaturday = 5 * kDayTicks;

// The mean of exp(height * cos x): the Bessel function I0.
double MeanOfDay(double height) {
  double sum = 1;
  double term = 1;
  for (int k = 1; term > 1e-12; ++k) sum += term *= height * height / (4.0 * k * k);
  return sum;
}

double Day(double height, double hour) {
  return std::exp(height * std::cos(2 * std::numbers::pi * (hour - kPeakHour) / 24)) /
         MeanOfDay(height);
}

// The transitions between the two kinds of days change it by less than 1 %.
constexpr double kWeekMean = (5 + 2 * kWeekendFactor) / 7;

}  // namespace

int64_t LocalTick(int64_t tick, int region) {
  return tick + kHoursAhead[static_cast<size_t>(region)] * kHourTicks;
}

double WeekendShare(int64_t local_tick, int64_t begin, int64_t end) {
  const auto since = [&](int64_t moment) {
    return std::clamp(static_cast<double>(local_tick - moment) / kChangeTicks, 0.0, 1.0);
  };
  return since(begin) - since(end);
}

double TrafficShape(size_t leaf, int64_t local_tick, double holiday) {
  const bool steep = static_cast<int>(leaf / kRegions) == kSteepApp;
  const double height = 0.5 * std::log(steep ? kSteepDailyRange : kDailyRange);
  const double hour = static_cast<double>(local_tick % kDayTicks) / kHourTicks;
  const int64_t in_week = local_tick % kWeekTicks;
  // Monday's first hours belong to the weekend before.
  const double weekend = WeekendShare(in_week, kSaturday, kWeekTicks) +
                         WeekendShare(in_week, kSaturday - kWeekTicks, 0);
  const double share = std::max(weekend, holiday);
  const double weekday = Day(height, hour);
  const double free_day = kWeekendFactor * Day(kWeekendFlatter * height, hour);
  return (weekday + share * (free_day - weekday)) / kWeekMean;
}

}  // namespace gmewatch::detect_eval
