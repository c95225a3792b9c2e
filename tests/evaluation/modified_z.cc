#include "tests/evaluation/modified_z.h"

#include <algorithm>
#include <cmath>

namespace gmewatch::detect_eval {
namespace {

constexpr double kPublishedThreshold = 3.5;
constexpr size_t kHistoryHours = 168;
constexpr size_t kHistoryHoursMin = 24;
constexpr double kCoveredMin = 0.5;

// REQUIRES: not empty. Changes the order of `values`.
double Median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

ModifiedZ::ModifiedZ(const RuleSetting& setting)
    : threshold_(setting.threshold.value_or(kPublishedThreshold)),
      counts_(setting.tick_seconds, kHistoryHours) {}

Step ModifiedZ::Observe(int64_t tick, uint64_t count) {
  if (counts_.Add(tick, count)) Learn();
  const double covered = static_cast<double>(counts_.last_hour_ticks()) /
                         static_cast<double>(counts_.ticks_per_hour());
  double score = 0;
  if (learned_ && spread_ > 0 && covered >= kCoveredMin) {
    score = (counts_.last_hour() / covered - median_) / spread_;
  }
  return condition_.Verdict(tick, median_, score, score > threshold_);
}

void ModifiedZ::Learn() {
  sorted_.clear();
  for (const HourlyCounts::Hour& hour : counts_.hours()) {
    if (hour.covered >= kCoveredMin) sorted_.push_back(hour.count / hour.covered);
  }
  learned_ = sorted_.size() >= kHistoryHoursMin;
  if (!learned_) return;
  median_ = Median(sorted_);
  double sum = 0;
  for (double& value : sorted_) {
    value = std::abs(value - median_);
    sum += value;
  }
  spread_ = Median(sorted_) / 0.6745;
  if (spread_ == 0) spread_ = 1.253314 * sum / static_cast<double>(sorted_.size());
}

}  // namespace gmewatch::detect_eval
