#include "daemon/expose/known_prefix.h"

#include <algorithm>

namespace gmewatch {

void KnownPrefix::Saw(const TableSize& size, absl::Duration time, absl::Duration span) {
  const TableSize& before = used_ == 0 ? known_ : steps_[used_ - 1].size;
  if (before.Covers(size)) return;
  const bool joins =
      used_ > 0 && (used_ == kSteps || time - steps_[used_ - 1].first < span / kStepsInSpan);
  if (!joins) {
    steps_[used_] = {before, time, time};
    ++used_;
  }
  Step& step = steps_[used_ - 1];
  step.size.Grow(size);
  step.last = std::max(step.last, time);
}

void KnownPrefix::Advance(absl::Duration time) {
  for (size_t i = 0; i < used_ && steps_[i].last <= time; ++i) {
    known_.Grow(steps_[i].size);
  }
  Raise(known_);
}

void KnownPrefix::Raise(const TableSize& size) {
  known_.Grow(size);
  const auto* const begin = steps_.begin();
  const auto* const kept = std::find_if(
      begin, begin + used_, [this](const Step& step) { return !known_.Covers(step.size); });
  const auto passed = static_cast<size_t>(kept - begin);
  std::move(steps_.begin() + passed, steps_.begin() + used_, steps_.begin());
  used_ -= passed;
}

}  // namespace gmewatch
