// Simulated counts of one series a tick of 10 s, with known truth: what was put in, where.
//
// Counts are negative binomial (draw.h) around a mean that has a daily rhythm (smooth, its phase
// differs by series), busier weekends, slow drift, perhaps a release after which the level stays
// another, and spikes. Some ticks have no data. Tick 0 is a Monday, 00:00.
//
// Thread safety: free functions without state; the same plan gives the same counts.
#ifndef GMEWATCH_TESTS_BENCH_DETECT_SIMULATE_H_
#define GMEWATCH_TESTS_BENCH_DETECT_SIMULATE_H_

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

// The mean is multiplied by `factor`; a ramp gets there in a straight line over its first half.
struct Spike {
  int64_t start = 0;
  int64_t length = 0;  // ticks
  double factor = 1;
  bool ramp = false;

  int64_t end() const { return start + length; }
  double FactorAt(int64_t tick) const;  // REQUIRES: start <= tick < end
};

// The level changes for good.
struct Release {
  int64_t tick = std::numeric_limits<int64_t>::max();  // none
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
  std::vector<Spike> spikes;  // in order, apart
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

// The counts by tick; the mean is set anew every minute and, within a spike, every tick.
void Simulate(const SeriesPlan& plan, std::vector<uint32_t>* counts);

// The events that `spike` is expected to add at ticks that have data.
double ExpectedExcess(const Level& level, const Spike& spike, const std::vector<uint32_t>& counts);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_BENCH_DETECT_SIMULATE_H_
