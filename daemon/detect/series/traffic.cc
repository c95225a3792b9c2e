#include "daemon/detect/series/traffic.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gmewatch {
namespace {

// Half-life of the usual operations. Those of a tick are believed as far as they are many: the
// usual ones weigh as much as kPriorOperations of them.
constexpr double kRecentHours = 0.25;
constexpr double kPriorOperations = 3;

// The lowest exposure: a place that was closed may have an error.
constexpr float kExposureMin = 0.01F;

// Ticks without any report are a stop of the reports beyond the time in which so many operations
// were usual: afterwards there will be as many as before it.
constexpr double kStopOperations = 10;

// A row has successes from this number on: the mean of fewer would be a matter of chance.
constexpr double kFirstSuccesses = 30;

// A version of the client that reports successes comes to more and more players. The row has
// successes once those of a second half are at most this many times those of the first half, or
// after this time: they then grow slowly.
constexpr double kFirstGrowth = 1.5;
constexpr double kFirstHours = 168;

// An hour with errors and no success, of so many that were usual, means that successes are reported
// no more.
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
}

void Traffic::Restore(std::vector<Row> rows, uint32_t tick) {
  rows_ = std::move(rows);
  gains_.resize(rows_.size());
  last_tick_ = tick;
  hour_done_ = std::min(OfHour(tick) + 1, ticks_per_hour_);
}

void Traffic::FillHour(uint32_t row, double done, float exposure) {
  for (size_t slot = 0; slot < kSlots; ++slot) {
    const double end = static_cast<double>(slot + 1) * ticks_per_hour_ / kSlots;
    rows_[row].sums[slot] = static_cast<float>(std::clamp(done, 0.0, end)) * exposure;
  }
}

float Traffic::Usual(uint32_t row) const {
  const Row& traffic = rows_[row];
  if (traffic.mean == 0) return traffic.exposure;
  return static_cast<float>(traffic.recent_operations / traffic.recent_ticks) / traffic.mean;
}

float Traffic::Before(const Sums& sums, double of_hour) const {
  if (of_hour <= 0) return 0;
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
  if (rows_[row].mean == 0) return ticks * rows_[row].exposure;
  // Below 0 if they were counted together with the first ones of the hour.
  const double from = OfHour(last_tick_) - static_cast<double>(last_tick_ - first);
  const float sum = Before(rows_[row].sums, from + (end - first)) - Before(rows_[row].sums, from);
  return std::max(sum, kExposureMin * ticks);
}

void Traffic::EndTick(uint32_t tick, uint32_t ticks, std::vector<uint32_t>* begun) {
  last_tick_ = tick;
  hour_done_ = std::min(OfHour(tick) + 1, ticks_per_hour_);
  const double slots_a_tick = kSlots / ticks_per_hour_;
  const double start = OfHour(tick) + 1 - ticks;  // below 0: in the hour before
  const auto first_slot = static_cast<size_t>(std::max(0.0, start * slots_a_tick));
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    Row& traffic = rows_[row];
    const Gain gain = std::exchange(gains_[row], {});
    if (traffic.mean != 0) {
      Count(gain, ticks, &traffic);
    } else if (Begins(gain, ticks, &traffic)) {
      FillHour(row, hour_done_ - ticks, traffic.exposure);
      begun->push_back(row);
    } else {
      continue;
    }
    for (size_t slot = first_slot; slot < kSlots; ++slot) {
      const double done = static_cast<double>(slot + 1) / slots_a_tick - start;
      rows_[row].sums[slot] += traffic.exposure * static_cast<float>(std::min<double>(done, ticks));
    }
  }
}

bool Traffic::Begins(const Gain& gain, uint32_t ticks, Row* traffic) const {
  if (gain.successes == 0 && traffic->hour_ticks == 0) return false;
  traffic->hour_successes += static_cast<double>(gain.successes);
  traffic->hour_ticks += static_cast<float>(ticks);
  const double successes = traffic->hour_successes - traffic->recent_operations;
  const double half = traffic->hour_ticks - traffic->recent_ticks;
  const bool is_late = traffic->hour_ticks >= kFirstHours * ticks_per_hour_;
  if (half < traffic->recent_ticks && !is_late) return false;
  const bool grows =
      traffic->recent_ticks == 0 ||
      successes / half > kFirstGrowth * traffic->recent_operations / traffic->recent_ticks;
  if (traffic->hour_successes < kFirstSuccesses || (grows && !is_late)) {
    traffic->recent_operations = traffic->hour_successes;
    traffic->recent_ticks = traffic->hour_ticks;
    return false;
  }
  // Errors are left out: they may be those of a loop. The exposure stays what it was.
  const bool enough = successes >= kFirstSuccesses;
  traffic->recent_operations = enough ? successes : traffic->hour_successes;
  traffic->recent_ticks = enough ? half : traffic->hour_ticks;
  traffic->mean =
      static_cast<float>(traffic->recent_operations / traffic->recent_ticks) / traffic->exposure;
  return true;
}

void Traffic::Count(const Gain& gain, uint32_t ticks, Row* traffic) const {
  const auto successes = static_cast<double>(gain.successes);
  const auto errors = static_cast<double>(gain.errors);
  traffic->hour_successes += successes;
  traffic->hour_errors += errors;
  traffic->hour_ticks += static_cast<float>(ticks);
  const double usual = traffic->recent_operations / traffic->recent_ticks;
  const auto expose = [traffic](double rate) {
    traffic->exposure = std::max(static_cast<float>(rate) / traffic->mean, kExposureMin);
  };
  traffic->silent_ticks =
      successes + errors == 0 ? traffic->silent_ticks + static_cast<float>(ticks) : 0;
  if (successes == 0) {
    traffic->failing_ticks += static_cast<float>(ticks);
    // Errors alone do not say how many operations there are.
    if (errors > 0) return expose(usual);
    // The rule of three: with more than 3 / n operations a tick, n ticks without one have a chance
    // below 5 %. A pause between the errors of an outage is not counted, as long as more ticks had
    // errors.
    const double silent = traffic->silent_ticks;
    const double outage = usual * (traffic->failing_ticks - silent);
    return expose(std::min(usual, std::max(kPriorOperations, outage) / silent));
  }
  // Operations that fail are operations, too, but a client in a loop does not make more of them:
  // errors stand for successes that are missing, no more. Fewer by chance are not missing.
  const double expected = usual * ticks;
  const bool missing = successes < expected - 2 * std::sqrt(expected);
  const double operations = missing ? std::min(successes + errors, expected) : successes;
  expose((operations + kPriorOperations) / (ticks + kPriorOperations / usual));
  const double none =
      std::min(double{std::exchange(traffic->failing_ticks, 0.0F)}, kStopOperations / usual);
  const double kept = std::pow(fading_per_tick_, ticks + none);
  traffic->recent_operations = traffic->recent_operations * kept + operations;
  traffic->recent_ticks = traffic->recent_ticks * kept + ticks + none;
}

double Traffic::EndHour(uint32_t row) {
  rows_[row].sums = {};
  Row& traffic = rows_[row];
  if (traffic.mean == 0) return 1;
  const double successes = std::exchange(traffic.hour_successes, 0);
  const double errors = std::exchange(traffic.hour_errors, 0);
  const double ticks = std::exchange(traffic.hour_ticks, 0.0F);
  if (successes == 0) {
    const float exposure = Usual(row);
    if (errors == 0 || traffic.mean * ticks < kLostOperations) return 1;
    traffic = Row();
    traffic.exposure = exposure;
    return 0;
  }
  const float before = traffic.mean;
  const double hours = traffic.hours;
  traffic.mean = static_cast<float>((before * hours + successes / ticks) / (hours + 1));
  traffic.hours = std::min(traffic.hours + 1, kMeanHoursMax);
  traffic.exposure *= before / traffic.mean;
  return traffic.mean / before;
}

}  // namespace gmewatch
