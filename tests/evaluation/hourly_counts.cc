#include "tests/evaluation/hourly_counts.h"

#include <algorithm>
#include <cmath>

namespace gmewatch::detect_eval {

HourlyCounts::HourlyCounts(double tick_seconds, size_t hours_kept)
    : ticks_per_hour_(std::max<int64_t>(1, std::llround(3600 / tick_seconds))),
      hours_kept_(hours_kept),
      tick_share_(1 / static_cast<double>(ticks_per_hour_)),
      ring_(static_cast<size_t>(ticks_per_hour_), -1) {
  hours_.reserve(hours_kept + 1);
}

bool HourlyCounts::Add(int64_t tick, uint64_t count) {
  MoveTo(tick);
  ring_[place_] = static_cast<int64_t>(count);
  sum_ += static_cast<double>(count);
  ++present_;
  const bool had_hour = started_;
  const bool new_hour = !started_ || tick >= hour_end_;
  if (new_hour) StartHour(tick / ticks_per_hour_);
  now_.count += static_cast<double>(count);
  now_.covered += tick_share_;
  return new_hour && had_hour;
}

void HourlyCounts::MoveTo(int64_t tick) {
  const int64_t steps = started_ ? std::min(tick - tick_, ticks_per_hour_) : 1;
  for (int64_t i = 0; i < steps; ++i) {
    place_ = place_ + 1 < ring_.size() ? place_ + 1 : 0;
    int64_t& old = ring_[place_];
    if (old < 0) continue;
    sum_ -= static_cast<double>(old);
    --present_;
    old = -1;
  }
  tick_ = tick;
}

void HourlyCounts::StartHour(int64_t index) {
  while (started_ && now_.index < index) {
    if (hours_.size() == hours_kept_) hours_.erase(hours_.begin());
    hours_.push_back(now_);
    now_ = Hour{now_.index + 1, 0, 0};
  }
  now_ = Hour{index, 0, 0};
  hour_end_ = (index + 1) * ticks_per_hour_;
  started_ = true;
}

}  // namespace gmewatch::detect_eval
