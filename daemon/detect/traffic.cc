#include "daemon/detect/traffic.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gmewatch {
namespace {

// Half-life of the usual operations. Those of a tick are believed as far as they are many: the usual ones weigh as much as
// kPriorOperations of them.
constexpr double kRecentHours = 0.25;
constexpr double kPriorOperations = 3;

// The lowest exposure: a place that was closed may have an error.
constexpr float kExposureMin = 0.01F;

// Ticks without any report are a stop of the reports if so many operations were usual.
constexpr double kStopOperations = 10;

// An hour with errors and no success, of so many that were usual, means that successes are reported no more.
constexpr double kLostOperations = 100;

// The mean is that of a week, so that its hours and days weigh alike.
constexpr float kMeanHoursMax = 168;

}  // namespace

Traffic::Traffic(double tick_seconds)
    : fading_per_tick_(std::exp2(-tick_seconds / (3600 * kRecentHours))),
      ticks_per_hour_(3600 / tick_seconds) {}

void Traffic::Resize(size_t rows) {
  rows_.resize(rows);
  gains_.resize(rows);
  sums_.resize(rows);
}

void Traffic::Restore(std::vector<Row> rows, uint32_t tick) {
  rows_ = std::move(rows);
  gains_.resize(rows_.size());
  sums_.resize(rows_.size());
  // What the hour had before is not known.
  hour_done_ = std::min(OfHour(tick) + 1, ticks_per_hour_);
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    for (size_t slot = 0; slot < kSlots; ++slot) {
      const double end = std::min(hour_done_, static_cast<double>(slot + 1) * ticks_per_hour_ / kSlots);
      sums_[row][slot] = static_cast<float>(end) * Usual(row);
    }
  }
}

float Traffic::Usual(uint32_t row) const {
  const Row& traffic = rows_[row];
  if (traffic.mean == 0) return 1;
  return static_cast<float>(traffic.recent_operations / traffic.recent_ticks) / traffic.mean;
}

float Traffic::Before(const Sums& sums, double of_hour) const {
  const double ticks_a_slot = ticks_per_hour_ / kSlots;
  const auto slot = std::min(static_cast<size_t>(of_hour / ticks_a_slot), kSlots - 1);
  const double begin = static_cast<double>(slot) * ticks_a_slot;
  const double end = std::min(begin + ticks_a_slot, hour_done_);
  const float before = slot == 0 ? 0 : sums[slot - 1];
  if (end <= begin) return before;
  const double share = std::clamp((of_hour - begin) / (end - begin), 0.0, 1.0);
  return before + static_cast<float>(share) * (sums[slot] - before);
}

float Traffic::Between(uint32_t row, uint32_t first, uint32_t end) const {
  const auto ticks = static_cast<float>(end - first);
  if (rows_[row].mean == 0) return ticks;
  const double from = OfHour(first);
  const float sum = Before(sums_[row], from + (end - first)) - Before(sums_[row], from);
  return std::max(sum, kExposureMin * ticks);
}

void Traffic::EndTick(uint32_t tick, uint32_t ticks, std::vector<uint32_t>* begun) {
  const double kept = std::pow(fading_per_tick_, ticks);
  hour_done_ = std::min(OfHour(tick) + 1, ticks_per_hour_);
  const auto first_slot = static_cast<size_t>(OfHour(tick) * kSlots / ticks_per_hour_);
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    Row& traffic = rows_[row];
    const Gain gain = gains_[row];
    gains_[row] = {};
    const auto successes = static_cast<double>(gain.successes);
    const auto errors = static_cast<double>(gain.errors);
    if (traffic.mean == 0) {
      if (gain.successes == 0) continue;
      traffic = {.mean = static_cast<float>((successes + errors) / ticks)};
      begun->push_back(row);
    }
    const double usual = traffic.recent_ticks == 0
                             ? traffic.mean
                             : traffic.recent_operations / traffic.recent_ticks;
    // Operations that fail are operations, too, but a client in a loop does not make more of them: errors stand for
    // successes that are missing, no more. Without any success it is not known how many there were.
    const double missing = std::max(0.0, usual * ticks - successes);
    const double operations = gain.successes == 0 && gain.errors > 0
                                  ? usual * ticks
                                  : successes + std::min(errors, missing);
    const double rate = (operations + kPriorOperations) / (ticks + kPriorOperations / usual);
    traffic.exposure = std::max(static_cast<float>(rate) / traffic.mean, kExposureMin);
    for (size_t slot = first_slot; slot < kSlots; ++slot) {
      sums_[row][slot] += traffic.exposure * static_cast<float>(ticks);
    }
    traffic.hour_successes += successes;
    traffic.hour_errors += errors;
    traffic.hour_ticks += static_cast<float>(ticks);
    // Nothing at all is a stop of the reports: afterwards the operations will be what they were.
    if (gain.successes + gain.errors == 0 && usual * ticks >= kStopOperations) continue;
    traffic.recent_operations = traffic.recent_operations * kept + operations;
    traffic.recent_ticks = traffic.recent_ticks * kept + ticks;
  }
}

double Traffic::EndHour(uint32_t row) {
  sums_[row] = {};
  Row& traffic = rows_[row];
  if (traffic.mean == 0) return 1;
  const double successes = std::exchange(traffic.hour_successes, 0);
  const double errors = std::exchange(traffic.hour_errors, 0);
  const float ticks = std::exchange(traffic.hour_ticks, 0.0F);
  const double expected = double{traffic.mean} * ticks;
  if (successes == 0) {
    if (errors == 0 || expected < kLostOperations) return 1;
    traffic = {};
    return 0;
  }
  const float before = traffic.mean;
  traffic.mean += (static_cast<float>(successes) / ticks - before) / (traffic.hours + 1);
  traffic.hours = std::min(traffic.hours + 1, kMeanHoursMax);
  traffic.exposure *= before / traffic.mean;
  return traffic.mean / before;
}

}  // namespace gmewatch
