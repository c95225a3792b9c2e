// Rises that come back at their hour: what rose at this time of day on two of the last three days,
// or at this time of the week in two of the last three weeks, is expected to rise again, then and
// only then, and no farther than it did.
//
// Thread safety: none. Ticks are those of Detector.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_RECURRENCE_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_RECURRENCE_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"

namespace gmewatch {

// A rise that comes back is expected to be at most this times as high as before.
inline constexpr double kExpectedFactor = 1.5;

// A rise that is over.
struct PastRise {
  uint32_t slot = 0;  // the code
  uint32_t row = 0;
  uint32_t start = 0;     // its first tick
  uint32_t end = 0;       // the tick after its last
  float factor = 1;       // events over expected events, while it was high
  float score = 1;        // the highest, in units of the threshold
  bool recurred = false;  // it was expected at its hour
};

class Recurrence {
 public:
  explicit Recurrence(double tick_seconds);

  void Add(const PastRise& rise);

  // Returns by which the code is expected to rise in the row at `tick`; 1 if nothing comes back
  // then. `overlap`: whether a past rise's row counts for this one.
  double FactorAt(uint32_t slot, uint32_t tick,
                  absl::FunctionRef<bool(uint32_t row)> overlap) const;

  // Returns the score from which on a rise is announced, from 1 to kRequiredMax: it grows with how
  // often the code rose in the last weeks, and how far. The limit is what keeps a code with many
  // outages from being muted.
  double RequiredScore(uint32_t slot, uint32_t tick,
                       absl::FunctionRef<bool(uint32_t row)> overlap) const;

  const std::vector<PastRise>& rises() const { return rises_; }
  void Restore(std::vector<PastRise> rises) { rises_ = std::move(rises); }

 private:
  // The second highest factor of the last three periods; 1 if there were fewer than two.
  double OfPeriod(uint32_t slot, double tick, double period,
                  absl::FunctionRef<bool(uint32_t row)> overlap) const;

  double ticks_per_hour_;
  std::vector<PastRise> rises_;  // in the order of their ends
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_RECURRENCE_H_
