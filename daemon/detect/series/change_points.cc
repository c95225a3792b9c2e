#include "daemon/detect/series/change_points.h"

#include <algorithm>
#include <cmath>

#include "daemon/detect/series/likelihood_ratio.h"

namespace gmewatch {
namespace {

// Returns whether the rate (events / base) of `a` is at most that of `b`.
bool SlowerOrEqual(const Stretch& a, const Stretch& b) {
  return a.events * b.base <= b.events * a.base;
}

// Returns the loss of log-likelihood, in nats, if two stretches are merged.
float LostByMerging(const Stretch& a, const Stretch& b) {
  const float rate = (a.events + b.events) / (a.base + b.base);
  return a.events * std::log(a.events / (a.base * rate)) +
         b.events * std::log(b.events / (b.base * rate));
}

}  // namespace

void ChangePoints::Remove(size_t index) {
  for (size_t i = index + 1; i < count_; ++i) {
    stretches_[i - 1] = stretches_[i];
    starts_[i - 1] = starts_[i];
  }
  --count_;
}

void ChangePoints::Merge(size_t index) {
  stretches_[index].events += stretches_[index + 1].events;
  stretches_[index].base += stretches_[index + 1].base;
  Remove(index + 1);
}

void ChangePoints::MakeRoom() {
  size_t closest = 0;
  float min_lost = LostByMerging(stretches_[0], stretches_[1]);
  for (size_t i = 1; i + 1 < count_; ++i) {
    const float lost = LostByMerging(stretches_[i], stretches_[i + 1]);
    if (lost >= min_lost) continue;
    min_lost = lost;
    closest = i;
  }
  Merge(closest);
}

void ChangePoints::Add(const Stretch& added, uint32_t tick, float factor, uint32_t ticks_max,
                       ReleaseFn release) {
  if (count_ > 0 && SlowerOrEqual(added, stretches_[count_ - 1U])) {
    stretches_[count_ - 1U].events += added.events;
    stretches_[count_ - 1U].base += added.base;
  } else if (added.events > kMinFactor * factor * added.base) {
    if (count_ == kMax) MakeRoom();
    stretches_[count_] = added;
    starts_[count_] = static_cast<uint16_t>(tick);
    ++count_;
  } else {
    release(added);  // no rise can begin with it
    return;
  }
  while (count_ >= 2 && SlowerOrEqual(stretches_[count_ - 1U], stretches_[count_ - 2U])) {
    Merge(count_ - 2U);
  }
  while (count_ > 0 && (stretches_[0].events <= kMinFactor * factor * stretches_[0].base ||
                        Age(0, tick) > ticks_max)) {
    release(stretches_[0]);
    Remove(0);
  }
}

BestChangePoint ChangePoints::FindBest(uint32_t tick, float factor, double vmr,
                                       const ExpectationError& error) const {
  BestChangePoint best;
  double events = 0;
  double base = 0;
  for (size_t i = count_; i-- > 0;) {
    events += stretches_[i].events;
    base += stretches_[i].base;
    const double llr =
        LogLikelihoodRatio(events, base * kMinFactor * factor, vmr, error.After(base));
    if (llr <= best.llr) continue;
    best.llr = llr;
    best.events = events;
    best.base = base;
    best.index = static_cast<uint8_t>(i);
  }
  // The latest tick up to now with these low bits.
  best.start = tick - Age(best.index, tick);
  return best;
}

double ChangePoints::LlrBound(float factor, double vmr) const {
  // llr <= (x - m)^2 / (2 * variance); a drift only makes it smaller.
  float bound = 0;
  float events = 0;
  float expected = 0;
  for (size_t i = count_; i-- > 0;) {
    events += stretches_[i].events;
    expected += stretches_[i].base * kMinFactor * factor;
    const float excess = events - expected;
    if (excess > 0) bound = std::max(bound, excess * excess / (2 * expected));
  }
  return bound / vmr;
}

void ChangePoints::ScaleBase(float ratio) {
  for (size_t i = 0; i < count_; ++i) stretches_[i].base *= ratio;
}

}  // namespace gmewatch
