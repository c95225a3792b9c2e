#include "daemon/triage/share_window.h"

#include <algorithm>
#include <numeric>

namespace gmewatch {

void ShareWindow::MoveHours(int64_t hour) {
  for (int64_t h = std::max(hour_ + 1, hour - kHours + 1); h <= hour; ++h) hours_[HourIndex(h)] = 0;
  hour_ = std::max(hour_, hour);
}

void ShareWindow::MoveTo(int64_t minute) {
  // Moves the minutes that leave the ring to their hours, the oldest first.
  for (int64_t m = minute_ - kMinutes + 1; m <= std::min(minute_, minute - kMinutes); ++m) {
    if (m < 0) continue;
    uint64_t& left = minutes_[MinuteIndex(m)];
    if (left == 0) continue;
    MoveHours(m / 60);
    hours_[HourIndex(m / 60)] += left;
    left = 0;
  }
  minute_ = std::max(minute_, minute);
}

void ShareWindow::Add(uint64_t events, int64_t minute) {
  MoveTo(minute);
  minutes_[MinuteIndex(minute_)] += events;
}

void ShareWindow::Add(const ShareWindow& other) {
  ShareWindow from = other;
  const int64_t newest = std::max(minute_, from.minute_);
  MoveTo(newest);
  from.MoveTo(newest);
  MoveHours(from.hour_);
  from.MoveHours(hour_);
  for (size_t i = 0; i < minutes_.size(); ++i) minutes_[i] += from.minutes_[i];
  for (size_t i = 0; i < hours_.size(); ++i) hours_[i] += from.hours_[i];
}

uint64_t ShareWindow::Now(int64_t minute) const {
  ShareWindow moved = *this;
  moved.MoveTo(minute);
  return std::accumulate(moved.minutes_.begin(), moved.minutes_.end(), uint64_t{0});
}

uint64_t ShareWindow::Before(int64_t minute) const {
  ShareWindow moved = *this;
  moved.MoveTo(minute);
  moved.MoveHours(minute / 60);
  return std::accumulate(moved.hours_.begin(), moved.hours_.end(), uint64_t{0});
}

}  // namespace gmewatch
