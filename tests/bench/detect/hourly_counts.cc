#include "tests/bench/detect/hourly_counts.h"

#include <algorithm>
#include <cmath>

namespace gmewatch::detect_eval {

HourlyCounts::HourlyCounts(double tick_seconds, size_t hours_kept)
    : ticks_per_hour_(std::max<int64_t>(1, std::llround(3600 / tick_seconds))),
      hours_kept_(hours_kept),
      ring_(static_cast<size_t>(ticks_per_hour_), -1) {
  hours_.reserve(hours_kept + 1);
}

bool HourlyCounts::Add(int64_t tick, uint64_t count) {
  Forget(tick);
  ring_[static_cast<size_t>(tick % ticks_per_hour_)] = static_cast<int64_t>(count);
  sum_ += static_cast<double>(count);
  ++present_;
  tick_ = tick;
  bool new_hour = false;
  if (!started_ || tick >= (now_.index + 1) * ticks_per_hour_) {
    new_hour = started_;
    StartHour(tick / ticks_per_hour_);
  }
  now_.count += static_cast<double>(count);
  now_.covered += 1 / static_cast<double>(ticks_per_hour_);
  return new_hour;
}

void HourlyCounts::Forget(int64_t tick) {
  const int64_t steps = started_ ? std::min(tick - tick_, ticks_per_hour_) : 0;
  for (int64_t i = 0; i < steps; ++i) {
    int64_t& old = ring_[static_cast<size_t>((tick - i) % ticks_per_hour_)];
    if (old < 0) continue;
    sum_ -= static_cast<double>(old);
    --present_;
    old = -1;
  }
}

void HourlyCounts::StartHour(int64_t index) {
  while (started_ && now_.index < index) {
    if (hours_.size() == hours_kept_) hours_.erase(hours_.begin());
    hours_.push_back(now_);
    now_ = Hour{now_.index + 1, 0, 0};
  }
  now_ = Hour{index, 0, 0};
  started_ = true;
}

}  // namespace gmewatch::detect_eval
