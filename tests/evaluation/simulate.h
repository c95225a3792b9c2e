// Simulates the counts of one series in ticks of 10 s, with known spikes. The only generator of
// counts by tick: other tests and benchmarks make batches (tests/bench/traffic.h).
//
// Counts are negative binomial (tests/support/random.h) around a mean that has a smooth daily
// rhythm whose phase differs by series, busier weekends, slow drift, an optional release after
// which the level stays different, and spikes. Some ticks have no data. Tick 0 is a Monday, 00:00.
//
// Thread safety: free functions without state; the same plan gives the same counts.
#ifndef GMEWATCH_TESTS_EVALUATION_SIMULATE_H_
#define GMEWATCH_TESTS_EVALUATION_SIMULATE_H_

#include <cstdint>
#include <limits>
#include <vector>

namespace gmewatch::detect_eval {

inline constexpr int64_t kTickSeconds = 10;
inline constexpr int64_t kHourTicks = 3'600 / kTickSeconds;
inline constexpr int64_t kDayTicks = 24 * kHourTicks;
inline constexpr int64_t kWeekTicks = 7 * kDayTicks;

// In place of a count: no data at this tick.
inline constexpr uint32_t kMissing = std::numeric_limits<uint32_t>::max();

// Multiplies the mean by `factor`; a ramp reaches it linearly over its first half.
struct Spike {
  int64_t start = 0;
  int64_t length = 0;  // ticks
  double factor = 1;
  bool ramp = false;

  int64_t end() const { return start + length; }
  double FactorAt(int64_t tick) const;  // REQUIRES: start <= tick < end
};

// A permanent change of the level.
struct Release {
  int64_t tick = std::numeric_limits<int64_t>::max();  // no release
  double factor = 1;
};

struct SeriesPlan {
  uint64_t seed = 0;
  int64_t ticks = 0;
  double baseline = 1;              // mean events a tick, without drift, release and spikes
  double variance_ratio = 1;        // variance / mean of a tick's count, at least 1
  double daily_range_max = 3;       // peak / trough is drawn from 1 to this
  double weekend_factor_max = 1.4;  // from 1 to this
  double drift_a_week_max = 1.2;    // each week's factor is drawn from 1 / this to this
  double single_gap_share = 0.001;  // of ticks
  double long_gaps_a_week = 2;      // of 5 to 30 min
  Release release;
  std::vector<Spike> spikes;  // in order, not overlapping
};

// The mean of a series' ticks without spikes.
class Level {
 public:
  explicit Level(const SeriesPlan& plan);

  double At(int64_t tick) const;

 private:
  double WeekendShare(int64_t tick) const;

  const double baseline_;
  const Release release_;
  double daily_height_;  // ln of peak / mean
  double daily_phase_;   // of a day, 0 to 1
  double weekend_factor_;
  double scale_;                   // makes the mean over a week 1
  std::vector<double> log_drift_;  // at each week's start
};

// Fills in the counts by tick. The mean is updated every minute and, within a spike, every tick.
void Simulate(const SeriesPlan& plan, std::vector<uint32_t>* counts);

// Returns the events that `spike` is expected to add in ticks with data.
double ExpectedExcess(const Level& level, const Spike& spike, const std::vector<uint32_t>& counts);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_SIMULATE_H_
