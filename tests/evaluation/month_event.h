// One event of the simulated month; README.md explains each kind. Plain data. Times are ticks since
// the warm-up began, and whole minutes.
#ifndef GMEWATCH_TESTS_EVALUATION_MONTH_EVENT_H_
#define GMEWATCH_TESTS_EVALUATION_MONTH_EVENT_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/evaluation/fleet.h"
#include "tests/evaluation/simulate.h"

namespace gmewatch::detect_eval {

inline constexpr int64_t kMinuteTicks = 60 / kTickSeconds;
// A flap: so long with the rise, then so long without.
inline constexpr int64_t kFlapTicks = 6 * kMinuteTicks;
inline constexpr int64_t kForGood = std::numeric_limits<int64_t>::max();

enum class EventKind {
  kOutage,   // codes rise by `factor`, at once
  kRamp,     // a code rises to `factor` over the first three quarters
  kFlaps,    // a code rises for six minutes, then does not for six minutes, and so on
  kStop,     // no reports
  kLoop,     // `clients` clients report a code once a second each
  kRelease,  // the code's error ratio changes by `factor` for good
  kLaunch,   // the place has its first operations
  kCrowd,    // `factor` times as many operations
  kClocks,   // the region's clocks are set back by an hour
  kHoliday,  // a weekday with the shape of a weekend; its times are local
  kPeak,     // a code rises by `factor`, as it does at this hour of each day or week
  kLate,     // reports are held back, and all come at the end
  kRestart,  // the detector is saved and loaded; what clients keep meanwhile comes together
  kGap,      // as kRestart, but longer: only the last ten minutes are kept
};

struct MonthEvent {
  EventKind kind = EventKind::kOutage;
  std::string name = {};  // a row of the tables
  int64_t start = 0;      // ticks since the warm-up began
  int64_t end = 0;
  FleetPlace place = {};
  std::vector<int> codes = {};
  double factor = 1;
  int clients = 0;
  bool known = false;  // a peak that came back often enough to be expected

  // What must be reported as a rise of its codes, in its place.
  bool is_outage() const {
    return kind == EventKind::kOutage || kind == EventKind::kRamp || kind == EventKind::kFlaps;
  }
  bool IsOn(int64_t tick) const { return start <= tick && tick < end; }
  bool HasCode(int code) const {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
  }
  // By which the rate of the codes is multiplied at a tick. REQUIRES: IsOn(tick).
  double FactorAt(int64_t tick) const;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_MONTH_EVENT_H_
