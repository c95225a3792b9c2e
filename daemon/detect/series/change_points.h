// The ticks at which a rise may have begun, so that one test finds bursts of a tick and ramps of
// hours: Poisson-FOCuS with pruning (Ward, Dilillo, Eckley, Fearnhead 2022).
//
// A change point is kept only while some future could make it the best one. Those are the corners
// of the lower convex hull of events over base, so the rates of consecutive stretches increase. At
// most kMax corners are kept. Before another is added, the two neighbouring stretches are merged
// that lose the least likelihood.
//
// Thread safety: none. A stretch's expected events are its base times `factor`.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_CHANGE_POINTS_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_CHANGE_POINTS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "daemon/detect/series/drift.h"
#include "daemon/detect/series/stretch.h"

namespace gmewatch {

// Rates wander by 30 %, so a rise is measured against this times the expected rate: what stays
// below it is no rise.
inline constexpr float kMinFactor = 1.35F;

// The change point with the highest log-likelihood ratio; `llr` is 0 without any.
struct BestChangePoint {
  double llr = 0;      // in nats
  double events = 0;   // since it
  double base = 0;     // since it
  uint32_t start = 0;  // its tick
  uint8_t index = 0;
};

// Takes a stretch that belongs to the past now, to learn from it.
using ReleaseFn = absl::FunctionRef<void(const Stretch&)>;

class ChangePoints {
 public:
  static constexpr size_t kMax = 3;

  bool empty() const { return count_ == 0; }
  // Oldest first. A stretch begins at its change point and ends where the next one begins.
  absl::Span<const Stretch> stretches() const { return {stretches_.data(), count_}; }

  // Adds ticks that end with `tick`. Releases the stretches with which no rise can have begun, and
  // those that began more than `ticks_max` ticks ago. REQUIRES: ticks_max < 65536.
  void Add(const Stretch& added, uint32_t tick, float factor, uint32_t ticks_max,
           ReleaseFn release);

  // `tick`: the last one that was added. `vmr`: the dispersion of a tick.
  BestChangePoint FindBest(uint32_t tick, float factor, double vmr,
                           const ExpectationError& error) const;

  // An upper bound of the log-likelihood ratios of all change points, cheaper than FindBest.
  double LlrBound(float factor, double vmr) const;

  // The base of the past is `ratio` times what it was.
  void ScaleBase(float ratio);

  bool IsSound() const { return count_ <= kMax; }

 private:
  friend class SeriesRecord;

  void Remove(size_t index);
  // Merges stretch `index` and the one after it.
  void Merge(size_t index);
  // Merges the two neighbours whose merger loses the least.
  void MakeRoom();
  uint32_t Age(size_t index, uint32_t tick) const {
    return static_cast<uint16_t>(static_cast<uint16_t>(tick) - starts_[index]);
  }

  std::array<Stretch, kMax> stretches_ = {};
  std::array<uint16_t, kMax> starts_ = {};  // the low 16 bits of each stretch's first tick
  uint16_t count_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_CHANGE_POINTS_H_
