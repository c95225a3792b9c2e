#include "daemon/triage/step_grid.h"

#include <algorithm>

namespace gmewatch {

void StepGrid::MoveTo(int64_t now_s) {
  const int64_t step = now_s / step_s_;
  if (step < newest_) return;
  const auto steps = static_cast<int64_t>(known_.size());
  // Clears each step of the ring once, however long the gap is.
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
    out.missing.push_back(!known_[IndexOf(back)]);
  }
  return out;
}

void StepGrid::Save(internal::StepGridRecord* out) const {
  out->set_newest(newest_);
  out->mutable_known()->Add(known_.begin(), known_.end());
  for (size_t number = 0; number < events_.size(); ++number) {
    const std::vector<uint64_t>& events = events_[number];
    if (std::all_of(events.begin(), events.end(), [](uint64_t n) { return n == 0; })) continue;
    internal::SeriesRecord* series = out->add_series();
    series->set_number(static_cast<uint32_t>(number));
    series->mutable_events()->Add(events.begin(), events.end());
  }
}

bool StepGrid::Load(const internal::StepGridRecord& in, size_t series_max) {
  // A later step than any clock has would overflow in seconds.
  constexpr int64_t kNewestMax = int64_t{1} << 40;
  const auto steps = static_cast<int>(known_.size());
  if (in.newest() < 0 || in.newest() > kNewestMax || in.known_size() != steps) return false;
  for (const internal::SeriesRecord& series : in.series()) {
    if (series.number() >= series_max || series.events_size() != steps) return false;
  }
  newest_ = in.newest();
  known_.assign(in.known().begin(), in.known().end());
  events_.clear();
  for (const internal::SeriesRecord& series : in.series()) {
    if (events_.size() <= series.number()) events_.resize(series.number() + 1);
    events_[series.number()].assign(series.events().begin(), series.events().end());
  }
  return true;
}

}  // namespace gmewatch
