#include "daemon/detect/candidates.h"

#include <algorithm>
#include <cmath>

#include "daemon/detect/evidence.h"

namespace gmewatch {
namespace {

// Whether the events for their base were no more in `a` than in `b`.
bool SlowerOrEqual(const Stretch& a, const Stretch& b) {
  return a.events * b.base <= b.events * a.base;
}

void Remove(size_t index, SeriesState* state) {
  Candidates& all = state->candidates;
  for (size_t i = index + 1; i < state->candidate_count; ++i) {
    all.stretches[i - 1] = all.stretches[i];
    all.starts[i - 1] = all.starts[i];
  }
  --state->candidate_count;
}

// Makes one of stretch `index` and the one after it.
void Merge(size_t index, SeriesState* state) {
  Candidates& all = state->candidates;
  all.stretches[index].events += all.stretches[index + 1].events;
  all.stretches[index].base += all.stretches[index + 1].base;
  Remove(index + 1, state);
}

// The likelihood, as a logarithm, that is lost where two stretches become one.
float LostByMerging(const Stretch& a, const Stretch& b) {
  const float rate = (a.events + b.events) / (a.base + b.base);
  return a.events * std::log(a.events / (a.base * rate)) +
         b.events * std::log(b.events / (b.base * rate));
}

// Merges the neighbours by which the least is lost.
void MakeRoom(SeriesState* state) {
  const auto& stretches = state->candidates.stretches;
  size_t closest = 0;
  float least = LostByMerging(stretches[0], stretches[1]);
  for (size_t i = 1; i + 1 < state->candidate_count; ++i) {
    const float lost = LostByMerging(stretches[i], stretches[i + 1]);
    if (lost >= least) continue;
    least = lost;
    closest = i;
  }
  Merge(closest, state);
}

uint32_t Age(const SeriesState& state, size_t index, uint32_t tick) {
  return static_cast<uint16_t>(static_cast<uint16_t>(tick) - state.candidates.starts[index]);
}

}  // namespace

void AddStretch(const Stretch& added, uint32_t tick, float factor, uint32_t ticks_max,
                SeriesState* state, ReleaseFn release) {
  auto& stretches = state->candidates.stretches;
  const auto count = [state] { return size_t{state->candidate_count}; };
  if (count() > 0 && SlowerOrEqual(added, stretches[count() - 1])) {
    stretches[count() - 1].events += added.events;
    stretches[count() - 1].base += added.base;
  } else if (added.events > kLeastFactor * factor * added.base) {
    if (count() == kCandidatesMax) MakeRoom(state);
    stretches[count()] = added;
    state->candidates.starts[count()] = static_cast<uint16_t>(tick);
    ++state->candidate_count;
  } else {
    release(added);  // no candidate: a rise cannot begin with it
    return;
  }
  while (count() >= 2 && SlowerOrEqual(stretches[count() - 1], stretches[count() - 2])) {
    Merge(count() - 2, state);
  }
  while (count() > 0 && (stretches[0].events <= kLeastFactor * factor * stretches[0].base ||
                         Age(*state, 0, tick) > ticks_max)) {
    release(stretches[0]);
    Remove(0, state);
  }
}

BestStart FindBestStart(const SeriesState& state, float factor, const Spread& spread,
                        const Drift& drift) {
  const double units_a_base = factor / spread.unit;
  BestStart best;
  double events = 0;
  double base = 0;
  for (size_t i = state.candidate_count; i-- > 0;) {
    events += state.candidates.stretches[i].events;
    base += state.candidates.stretches[i].base;
    const double evidence =
        Evidence(events / spread.unit, base * units_a_base, spread.vmr, drift.After(base));
    if (evidence <= best.evidence) continue;
    best.evidence = evidence;
    best.events = events;
    best.base = base;
    best.index = static_cast<uint8_t>(i);
  }
  // The newest tick whose low bits these are.
  const uint32_t age = Age(state, best.index, state.tick);
  best.start = state.tick - age;
  return best;
}

double EvidenceBound(const SeriesState& state, float factor, const Spread& spread) {
  // A likelihood ratio is below (x - m)^2 / 2 var, the more so where the expectation drifts.
  float bound = 0;
  float events = 0;
  float expected = 0;
  for (size_t i = state.candidate_count; i-- > 0;) {
    events += state.candidates.stretches[i].events;
    expected += state.candidates.stretches[i].base * factor;
    const float excess = events - expected;
    if (excess > 0) bound = std::max(bound, excess * excess / (2 * expected));
  }
  return bound / (spread.unit * spread.vmr);
}

}  // namespace gmewatch
