#include "tests/evaluation/sentry_escalating.h"

#include <algorithm>
#include <cmath>

namespace gmewatch::detect_eval {
namespace {

constexpr size_t kHistoryHours = 168;
constexpr int64_t kDayHours = 24;

}  // namespace

SentryEscalating::SentryEscalating(const RuleSetting& setting)
    : counts_(setting.tick_seconds, kHistoryHours) {}

Step SentryEscalating::Observe(int64_t tick, uint64_t count) {
  const bool new_hour = counts_.Add(tick, count);
  const HourlyCounts::Hour& hour = counts_.this_hour();
  const bool learning = counts_.hours().size() < kHistoryHours;
  // Once a day; while it learns, once an hour, since the maximum grows.
  if (new_hour && (learning || hour.index / kDayHours != day_)) Forecast(hour.index / kDayHours);
  const double score = limit_ > 0 ? hour.count / limit_ : 0;
  return condition_.Verdict(tick, expected_, score, limit_ > 0 && hour.count > limit_);
}

void SentryEscalating::Forecast(int64_t day) {
  day_ = day;
  double sum = 0;
  double squares = 0;
  double most = 0;
  double weighted = 0;
  double weights = 0;
  for (const HourlyCounts::Hour& hour : counts_.hours()) {
    sum += hour.count;
    squares += hour.count * hour.count;
    most = std::max(most, hour.count);
    const double weight = hour.index / kDayHours % 7 == day % 7 ? 2 : 1;
    weighted += weight * hour.count;
    weights += weight;
  }
  const auto size = static_cast<double>(counts_.hours().size());
  expected_ = weights > 0 ? weighted / weights : 0;
  limit_ = 10 * most;
  if (counts_.hours().size() < kHistoryHours || sum == 0) return;

  const double mean = sum / size;
  const double deviation = std::sqrt(std::max(0.0, (squares - sum * mean) / (size - 1)));
  const double bursty = most * std::clamp(5 * std::exp(-0.65 * deviation / mean), 2.0, 5.0);
  const double spike = expected_ + mean * std::clamp((mean + 5 * deviation) / mean, 5.0, 8.0);
  limit_ = std::floor(std::max(bursty, spike));
}

}  // namespace gmewatch::detect_eval
