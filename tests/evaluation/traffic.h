// The rhythm of a place's operations: a day whose peak is at 20:00 local time, and weekends on
// which more people play, more evenly over the day.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_TESTS_EVALUATION_TRAFFIC_H_
#define GMEWATCH_TESTS_EVALUATION_TRAFFIC_H_

#include <cstddef>
#include <cstdint>

namespace gmewatch::detect_eval {

// A day's trough is a tenth of its peak; in the app of kSteepApp a hundredth.
inline constexpr double kDailyRange = 10;
inline constexpr double kSteepDailyRange = 100;
inline constexpr int kSteepApp = 1;

// The local time of a region in ticks, if tick 0 is Monday, 00:00 UTC.
int64_t LocalTick(int64_t tick, int region);

// How far the days since `begin` have the shape of a weekend, from 0 to 1: it comes over four hours
// from `begin` on, and goes over four hours from `end` on. All in local time.
double WeekendShare(int64_t local_tick, int64_t begin, int64_t end);

// Operations of a leaf relative to its mean over a week, at a local time. `holiday` is a
// WeekendShare.
double TrafficShape(size_t leaf, int64_t local_tick, double holiday);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_TRAFFIC_H_
