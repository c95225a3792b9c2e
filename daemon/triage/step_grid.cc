#include "daemon/triage/step_grid.h"

#include <algorithm>

namespace gmewatch {

void StepGrid::MoveTo(int64_t now_s) {
  const int64_t step = now_s / step_s_;
  if (step < newest_) return;
  const auto steps = static_cast<int64_t>(known_.size());
  // More than the ring holds need not be cleared twice.
  for (int64_t s = std::max(newest_ + 1, step - steps + 1); s <= step; ++s) {
    const auto index = static_cast<size_t>(s % steps);
    known_[index] = false;
    for (std::vector<uint64_t>& series : events_) {
      if (!series.empty()) series[index] = 0;
    }
  }
  newest_ = step;
  known_[IndexOf(0)] = true;
}

void StepGrid::Add(size_t series, uint64_t events) {
  if (events == 0) return;
  if (events_.size() <= series) events_.resize(series + 1);
  if (events_[series].empty()) events_[series].resize(known_.size());
  events_[series][IndexOf(0)] += events;
}

uint64_t StepGrid::At(size_t series, size_t back) const {
  if (series >= events_.size() || events_[series].empty()) return 0;
  return events_[series][IndexOf(back)];
}

uint64_t StepGrid::Sum(size_t series, size_t steps) const {
  uint64_t sum = 0;
  for (size_t back = 0; back < std::min(steps, known_.size()); ++back) sum += At(series, back);
  return sum;
}

StepCounts StepGrid::Last(size_t series, size_t steps) const {
  StepCounts out;
  out.step_s = step_s_;
  steps = std::min(steps, known_.size());
  out.start_s = (newest_ - static_cast<int64_t>(steps) + 1) * step_s_;
  for (size_t back = steps; back-- > 0;) {
    out.events.push_back(At(series, back));
    out.missing.push_back(!Known(back));
  }
  return out;
}

}  // namespace gmewatch
