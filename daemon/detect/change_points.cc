#include "daemon/detect/change_points.h"

#include <algorithm>
#include <cmath>

#include "daemon/detect/likelihood_ratio.h"

namespace gmewatch {
namespace {

// Returns whether the rate (events / base) of `a` is at most that of `b`.
bool SlowerOrEqual(const Stretch& a, const Stretch& b) {
  return a.events * b.base <= b.events * a.base;
}

void Remove(size_t index, SeriesState* state) {
  ChangePoints& all = state->change_points;
  for (size_t i = index + 1; i < state->change_point_count; ++i) {
    all.stretches[i - 1] = all.stretches[i];
    all.starts[i - 1] = all.starts[i];
  }
  --state->change_point_count;
}

// Merges stretch `index` and the one after it.
void Merge(size_t index, SeriesState* state) {
  ChangePoints& all = state->change_points;
  all.stretches[index].events += all.stretches[index + 1].events;
  all.stretches[index].base += all.stretches[index + 1].base;
  Remove(index + 1, state);
}

// Returns the loss of log-likelihood, in nats, if two stretches are merged.
float LostByMerging(const Stretch& a, const Stretch& b) {
  const float rate = (a.events + b.events) / (a.base + b.base);
  return a.events * std::log(a.events / (a.base * rate)) +
         b.events * std::log(b.events / (b.base * rate));
}

// Merges the two neighbours whose merger loses the least.
void MakeRoom(SeriesState* state) {
  const auto& stretches = state->change_points.stretches;
  size_t closest = 0;
  float min_lost = LostByMerging(stretches[0], stretches[1]);
  for (size_t i = 1; i + 1 < state->change_point_count; ++i) {
    const float lost = LostByMerging(stretches[i], stretches[i + 1]);
    if (lost >= min_lost) continue;
    min_lost = lost;
    closest = i;
  }
  Merge(closest, state);
}

uint32_t Age(const SeriesState& state, size_t index, uint32_t tick) {
  return static_cast<uint16_t>(static_cast<uint16_t>(tick) - state.change_points.starts[index]);
}

}  // namespace

void AddStretch(const Stretch& added, uint32_t tick, float factor, uint32_t ticks_max,
                SeriesState* state, ReleaseFn release) {
  auto& stretches = state->change_points.stretches;
  const auto count = [state] { return size_t{state->change_point_count}; };
  if (count() > 0 && SlowerOrEqual(added, stretches[count() - 1])) {
    stretches[count() - 1].events += added.events;
    stretches[count() - 1].base += added.base;
  } else if (added.events > kMinFactor * factor * added.base) {
    if (count() == kChangePointsMax) MakeRoom(state);
    stretches[count()] = added;
    state->change_points.starts[count()] = static_cast<uint16_t>(tick);
    ++state->change_point_count;
  } else {
    release(added);  // no rise can begin with it
    return;
  }
  while (count() >= 2 && SlowerOrEqual(stretches[count() - 1], stretches[count() - 2])) {
    Merge(count() - 2, state);
  }
  while (count() > 0 && (stretches[0].events <= kMinFactor * factor * stretches[0].base ||
                         Age(*state, 0, tick) > ticks_max)) {
    release(stretches[0]);
    Remove(0, state);
  }
}

BestChangePoint FindBestChangePoint(const SeriesState& state, float factor,
                                    const Dispersion& dispersion, const Drift& drift) {
  const double units_a_base = factor / dispersion.unit;
  BestChangePoint best;
  double events = 0;
  double base = 0;
  for (size_t i = state.change_point_count; i-- > 0;) {
    events += state.change_points.stretches[i].events;
    base += state.change_points.stretches[i].base;
    const double llr =
        LogLikelihoodRatio(events / dispersion.unit, base * kMinFactor * units_a_base,
                           dispersion.vmr, drift.After(base));
    if (llr <= best.llr) continue;
    best.llr = llr;
    best.events = events;
    best.base = base;
    best.index = static_cast<uint8_t>(i);
  }
  // The latest tick up to now with these low bits.
  const uint32_t age = Age(state, best.index, state.tick);
  best.start = state.tick - age;
  return best;
}

double LlrBound(const SeriesState& state, float factor, const Dispersion& dispersion) {
  // llr <= (x - m)^2 / (2 * variance); a drift only makes it smaller.
  float bound = 0;
  float events = 0;
  float expected = 0;
  for (size_t i = state.change_point_count; i-- > 0;) {
    events += state.change_points.stretches[i].events;
    expected += state.change_points.stretches[i].base * kMinFactor * factor;
    const float excess = events - expected;
    if (excess > 0) bound = std::max(bound, excess * excess / (2 * expected));
  }
  return bound / (dispersion.unit * dispersion.vmr);
}

}  // namespace gmewatch
