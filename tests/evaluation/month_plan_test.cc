#include "tests/evaluation/month_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace gmewatch::detect_eval {
namespace {

constexpr uint64_t kSeed = 1;
constexpr int64_t kWarmUp = 2 * kWeekTicks;

TEST(MonthPlanTest, HasEveryEventOfTheList) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    const Fleet fleet(seed);
    const MonthPlan plan = PlanMonth(seed, fleet, kMonthDays);
    std::map<std::string, int> names;
    for (const MonthEvent& event : plan.events) ++names[event.name];
    const std::map<std::string, int> expected = {{"release x1.5", 1},
                                                 {"release x2", 1},
                                                 {"release x4", 1},
                                                 {"launch of a region", 1},
                                                 {"launch of an app", 1},
                                                 {"crowd x1.2", 1},
                                                 {"crowd x2", 1},
                                                 {"clocks", 2},
                                                 {"holiday", 1},
                                                 {"evening peak", 29},
                                                 {"weekly peak", 4},
                                                 {"short outage", 5},
                                                 {"outage of six codes", 2},
                                                 {"x3 after the 30 h", 1},
                                                 {"x8 in a crowd", 1},
                                                 {"x4 of a code with peaks", 1},
                                                 {"outage of 30 h", 1},
                                                 {"comes and goes for 6 h", 1},
                                                 {"ramp of 3 h to x6", 1},
                                                 {"stop of all reports", 1},
                                                 {"stop of a region", 1},
                                                 {"1 looping", 1},
                                                 {"2 looping", 1},
                                                 {"late data", 1},
                                                 {"restart", 1},
                                                 {"gap", 3}};
    EXPECT_EQ(names, expected) << "seed " << seed;
  }
}

TEST(MonthPlanTest, EventsOverlapOnlyWhereTheyAreMeantTo) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Fleet fleet(seed);
    const MonthPlan plan = PlanMonth(seed, fleet, kMonthDays);
    int64_t busy_until = 0;
    std::string last;
    for (const MonthEvent& event : plan.events) {
      EXPECT_EQ(event.start % kMinuteTicks, 0);
      EXPECT_GE(event.start, kWarmUp);
      const bool lasts = event.end == kForGood || event.kind == EventKind::kPeak ||
                         event.kind == EventKind::kHoliday;
      if (lasts) continue;
      EXPECT_LT(event.start, event.end);
      EXPECT_EQ(event.end % kMinuteTicks, 0);
      if (event.name != "x8 in a crowd") {
        EXPECT_GE(event.start, busy_until) << event.name << " after " << last << " seed " << seed;
      }
      busy_until = std::max(busy_until, event.end);
      last = event.name;
    }
  }
}

TEST(MonthPlanTest, AShorterMonthHasTheEventsThatFit) {
  const Fleet fleet(kSeed);
  const MonthPlan whole = PlanMonth(kSeed, fleet, kMonthDays);
  const MonthPlan plan = PlanMonth(kSeed, fleet, 5);
  EXPECT_LT(plan.events.size(), whole.events.size());
  ASSERT_FALSE(plan.events.empty());
  for (size_t i = 0; i < plan.events.size(); ++i) {
    EXPECT_EQ(plan.events[i].start, whole.events[i].start);
    EXPECT_LE(plan.events[i].start, kWarmUp + 5 * kDayTicks);
  }
}

TEST(MonthEventTest, ARampRisesAndFlapsPause) {
  const MonthEvent ramp = {
      .kind = EventKind::kRamp, .start = 0, .end = 4 * kHourTicks, .factor = 6};
  EXPECT_NEAR(ramp.FactorAt(0), 1 + 5.0 / 180, 1e-9);
  EXPECT_NEAR(ramp.FactorAt(90 * kMinuteTicks - 1), 3.5, 1e-9);
  EXPECT_DOUBLE_EQ(ramp.FactorAt(3 * kHourTicks), 6);
  const MonthEvent flaps = {.kind = EventKind::kFlaps, .start = 0, .end = kHourTicks, .factor = 6};
  EXPECT_EQ(flaps.FactorAt(35), 6);
  EXPECT_EQ(flaps.FactorAt(36), 1);
  EXPECT_EQ(flaps.FactorAt(72), 6);
}

}  // namespace
}  // namespace gmewatch::detect_eval
