// What happens in a month of the fleet, and when.
//
// Events do not overlap, but for those that are meant to: some outages (see MonthEvent::name), and
// what lasts, such as a release, the changed clocks and the peaks.
//
// Thread safety: a pure function; the same seed gives the same plan.
#ifndef GMEWATCH_TESTS_EVALUATION_MONTH_PLAN_H_
#define GMEWATCH_TESTS_EVALUATION_MONTH_PLAN_H_

#include <cstdint>
#include <vector>

#include "tests/evaluation/fleet.h"
#include "tests/evaluation/month_event.h"

namespace gmewatch::detect_eval {

inline constexpr int64_t kMonthDays = 30;

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
