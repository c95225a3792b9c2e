#include "daemon/detect/series/clump_size.h"

#include <algorithm>
#include <cmath>

#include "daemon/detect/series/dispersion.h"

namespace gmewatch {
namespace {

// A series is sparse below this mean number of clumps a tick: few ticks have two then. The margin
// is a hysteresis, so that a series near the limit does not switch back and forth.
constexpr float kSparse = 0.2F;
constexpr float kSparseMargin = 1.1F;
// Below this mean size the events are counted one by one.
constexpr float kMinSize = 1.13F;

// Events of a tick beyond kRare * vmr are more than a plausible clump; kRareDivisor * vmr of them
// count as one event.
constexpr double kRare = 4;
constexpr double kRareDivisor = 2;

// Known events from which on a sparse series' own vmr is used below the prior: with fewer, clumps
// may not have shown yet.
constexpr double kVmrEvents = 100;

// The prior weighs as much as this many clumps; the mean remembers at most the second number.
constexpr double kPriorClumps = 30;
constexpr double kMemoryClumps = 1000;

// Expected events of a tick that has at least one.
double EventsOfTick(double clump, double expected) {
  return expected < 1e-4 * clump ? clump : expected / -std::expm1(-expected / clump);
}

}  // namespace

ClumpSize::ClumpSize(float vmr) : mean_(vmr > 1.001F ? (vmr - 1) / std::log(vmr) : 1.0F) {}

bool ClumpSize::IsSparse(const KnownSeries& series) const {
  const float margin = series.counts_clumps ? kSparseMargin : 1 / kSparseMargin;
  return series.level < kSparse * margin * mean_;
}

bool ClumpSize::ShouldCount(const KnownSeries& series) const {
  return mean_ > kMinSize && IsSparse(series);
}

TickDispersion ClumpSize::DispersionOf(double expected, const KnownSeries& series) const {
  if (!series.counts_clumps) {
    const bool few_known = series.events < kVmrEvents && IsSparse(series);
    return {.vmr = few_known ? std::max(Dispersion::kPrior, series.vmr) : series.vmr};
  }
  // The number of ticks with events is binomial: variance / mean is the share of empty ticks.
  return {.vmr = std::exp(-expected / mean_), .unit = EventsOfTick(mean_, expected)};
}

double ClumpSize::CountedEvents(double events, const TickDispersion& dispersion,
                                const KnownSeries& series) const {
  if (events == 0 || !IsSparse(series)) return events;
  const double rare = std::max(0.0, events - kRare * series.vmr);
  const double plausible = series.counts_clumps ? dispersion.unit : events - rare;
  return plausible + rare / (kRareDivisor * series.vmr);
}

void ClumpSize::Learn(double events, double expected, const KnownSeries& series) {
  // This limit is far above that of a sparse series, so that a size that is too large can still be
  // corrected.
  if (series.level > mean_) return;
  const double memory = std::clamp(series.events / mean_, kPriorClumps, kMemoryClumps);
  // Expected clumps of a tick that has any.
  const double in_tick = EventsOfTick(mean_, expected) / mean_;
  const double size = std::min(events, kRare * series.vmr) / in_tick;
  mean_ = static_cast<float>(std::max(1.0, mean_ + (size - mean_) / memory));
}

bool ClumpSize::IsSound() const { return std::isfinite(mean_) && mean_ >= 1; }

}  // namespace gmewatch
