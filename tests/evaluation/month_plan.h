// What happens in a month of the fleet, and when. README.md explains each kind of event.
//
// Events do not overlap, but for those that are meant to: some outages (see MonthEvent::name), and
// what lasts, such as a release, the changed clocks and the peaks. All times are whole minutes.
//
// Thread safety: a pure function; the same seed gives the same plan.
#ifndef GMEWATCH_TESTS_EVALUATION_MONTH_PLAN_H_
#define GMEWATCH_TESTS_EVALUATION_MONTH_PLAN_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/evaluation/fleet.h"
#include "tests/evaluation/simulate.h"

namespace gmewatch::detect_eval {

inline constexpr int64_t kMonthDays = 30;
inline constexpr int64_t kMinuteTicks = 60 / kTickSeconds;
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

struct MonthPlan {
  uint64_t seed = 0;
  int64_t warm_up = 0;  // ticks before the month, without events
  int64_t ticks = 0;    // with the warm-up
  std::vector<MonthEvent> events;
};

// Two weeks of warm-up, so that each hour of the week was seen twice. Events that do not end within
// `days` are left out. REQUIRES: 0 < days <= kMonthDays.
MonthPlan PlanMonth(uint64_t seed, const Fleet& fleet, int64_t days);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_MONTH_PLAN_H_
