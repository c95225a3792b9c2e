#include "tests/evaluation/month.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "tests/evaluation/traffic.h"
#include "tests/evaluation/wander.h"

namespace gmewatch::detect_eval {
namespace {

constexpr uint64_t kSeed = 1;
constexpr double kSigmas = 5;
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

// Outages share neither a code in overlapping places nor, but for those in a crowd, a time with an
// event of the whole fleet.
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

TEST(FleetTest, FewCodesAreCommonAndMostAreRare) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const Fleet fleet(seed);
    double sum = 0;
    int rare = 0;
    double most = 0;
    for (int code = 1; code <= kErrorCodes; ++code) {
      const double mean = fleet.MeanErrors(code, {});
      sum += mean;
      most = std::max(most, mean);
      if (mean < 1.0 / 12) ++rare;
      for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
        EXPECT_GE(fleet.Vmr(code, leaf), 1);
        EXPECT_LE(fleet.Vmr(code, leaf), 8);
      }
    }
    EXPECT_GE(rare, 30) << "less than one event in two minutes";
    EXPECT_GT(most, sum / 20);
    EXPECT_GT(sum, 30);
    EXPECT_LT(sum, 300);
  }
}

TEST(TrafficTest, ADayIsOneToTenOrOneToAHundredAndAWeekHasTheMeanOne) {
  for (const size_t leaf : {size_t{0}, size_t{kSteepApp} * kRegions}) {
    double low = 1e9;
    double high = 0;
    double sum = 0;
    for (int64_t tick = 0; tick < kWeekTicks; tick += kMinuteTicks) {
      const double shape = TrafficShape(leaf, tick, 0);
      sum += shape * kMinuteTicks / kWeekTicks;
      if (tick / kDayTicks != 1) continue;  // Tuesday
      low = std::min(low, shape);
      high = std::max(high, shape);
    }
    EXPECT_NEAR(high / low, leaf == 0 ? 10 : 100, 0.1);
    EXPECT_NEAR(sum, 1, 0.02);
  }
}

TEST(TrafficTest, AHolidayHasTheShapeOfAWeekend) {
  const int64_t tuesday = kDayTicks;
  const int64_t saturday = 5 * kDayTicks;
  for (int64_t hour = 5; hour < 24; ++hour) {
    const int64_t tick = hour * kHourTicks;
    const double holiday = WeekendShare(tuesday + tick, tuesday, tuesday + kDayTicks);
    EXPECT_DOUBLE_EQ(TrafficShape(0, tuesday + tick, holiday), TrafficShape(0, saturday + tick, 0));
  }
  EXPECT_EQ(WeekendShare(tuesday + 2 * kDayTicks, tuesday, tuesday + kDayTicks), 0);
}

TEST(WanderTest, StaysWithinItsBoundAndMovesSlowly) {
  Wander wander(1.3, 0.026, kSeed);
  double low = 10;
  double high = 0;
  double squares = 0;
  double before = std::log(wander.Next());
  constexpr int kMinutes = 30 * 1440;
  for (int i = 0; i < kMinutes; ++i) {
    const double now = wander.Next();
    low = std::min(low, now);
    high = std::max(high, now);
    squares += (std::log(now) - before) * (std::log(now) - before);
    before = std::log(now);
  }
  EXPECT_GE(low, 1 / 1.3);
  EXPECT_LE(high, 1.3);
  EXPECT_LT(low, 0.8) << "the whole range is used";
  EXPECT_GT(high, 1.25);
  EXPECT_NEAR(std::sqrt(squares / kMinutes), 0.026, 0.002);
}

TEST(MonthRatesTest, EachEventHasItsEffect) {
  const Fleet fleet(kSeed);
  const auto quiet_at = [&](int64_t tick, MonthPlan plan, int code, size_t leaf, bool means) {
    plan.seed = kSeed;
    plan.ticks = tick + kMinuteTicks;
    MonthRates rates(plan, fleet);
    for (int64_t now = 0; now <= tick; now += kMinuteTicks) rates.StartMinute(now);
    if (code == 0) return rates.Operations(leaf);
    return means ? rates.Mean(code, leaf) : rates.Expected(code, leaf);
  };
  // The factor by which an event changes a cell in the minute of its start.
  constexpr int64_t kAt = 100 * kMinuteTicks;
  const auto change = [&](MonthEvent event, int code, size_t leaf, bool means = true) {
    event.start = kAt;
    event.end = kForGood;
    const double before = quiet_at(kAt, {}, code, leaf, means);
    return quiet_at(kAt, {.events = {event}}, code, leaf, means) / before;
  };
  const MonthEvent outage = {
      .kind = EventKind::kOutage, .place = {0, kAll}, .codes = {5, 7}, .factor = 3};
  EXPECT_DOUBLE_EQ(change(outage, 5, 0), 3);
  EXPECT_DOUBLE_EQ(change(outage, 7, 3), 3);
  EXPECT_DOUBLE_EQ(change(outage, 6, 0), 1) << "another code";
  EXPECT_DOUBLE_EQ(change(outage, 5, 4), 1) << "another app";
  EXPECT_DOUBLE_EQ(change(outage, 5, 0, false), 1) << "an outage is not expected";
  EXPECT_DOUBLE_EQ(change(outage, 0, 0), 1);
  const MonthEvent release = {
      .kind = EventKind::kRelease, .place = {0, kAll}, .codes = {5}, .factor = 2};
  EXPECT_DOUBLE_EQ(change(release, 5, 0, false), 2);
  EXPECT_DOUBLE_EQ(change(release, 5, 5, false), 1);
  const MonthEvent crowd = {.kind = EventKind::kCrowd, .factor = 1.2};
  EXPECT_DOUBLE_EQ(change(crowd, 0, 2), 1.2);
  EXPECT_DOUBLE_EQ(change(crowd, 9, 2, false), 1.2);
  const MonthEvent clocks = {.kind = EventKind::kClocks, .place = {kAll, 1}};
  const double shifted = change(clocks, 0, 1);
  EXPECT_NEAR(
      shifted,
      TrafficShape(1, LocalTick(kAt, 1) - kHourTicks, 0) / TrafficShape(1, LocalTick(kAt, 1), 0),
      1e-9);
  EXPECT_NE(shifted, 1);
  EXPECT_DOUBLE_EQ(change(clocks, 0, 2), 1);
  MonthEvent launch = {.kind = EventKind::kLaunch, .place = {kAll, 3}};
  EXPECT_DOUBLE_EQ(change(launch, 0, 3), 1) << "from its start on";
  launch.start = kAt + kMinuteTicks;
  EXPECT_EQ(quiet_at(kAt, {.events = {launch}}, 0, 3, true), 0);
}

// All cells of a few days: sums of counts and successes against the means they were drawn from.
TEST(MonthTest, CountsFollowTheRates) {
  Month month(kSeed, 1);
  MonthRates rates(month.plan(), month.fleet());
  std::vector<double> means(Fleet::kCells);
  std::vector<double> counts(Fleet::kCells);
  MonthTick tick;
  constexpr int64_t kTicks = 3 * kDayTicks;
  while (month.Next(&tick) && tick.tick < kTicks) {
    ASSERT_EQ(tick.ticks, 1);
    if (tick.tick % kMinuteTicks == 0) rates.StartMinute(tick.tick);
    for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
      means[leaf] += rates.Operations(leaf);
      counts[leaf] += static_cast<double>(tick.successes[leaf]);
      for (int code = 1; code <= kErrorCodes; ++code) {
        means[Fleet::Cell(code, leaf)] += rates.Mean(code, leaf);
      }
    }
    for (const CellGain& gain : tick.gains) {
      counts[Fleet::Cell(static_cast<int>(gain.slot), gain.place)] +=
          static_cast<double>(gain.events);
      uint64_t by_sender = 0;
      for (const uint32_t events : gain.by_sender) by_sender += events;
      ASSERT_EQ(by_sender, gain.events);
      ASSERT_NE(gain.sessions, 0u);
    }
  }
  for (size_t cell = 0; cell < Fleet::kCells; ++cell) {
    const auto code = static_cast<int>(cell / kLeaves);
    const size_t leaf = cell % kLeaves;
    const double vmr = code == 0 ? Fleet::kSuccessVmr : month.fleet().Vmr(code, leaf);
    EXPECT_NEAR(counts[cell], means[cell],
                kSigmas * std::sqrt(vmr * means[cell]) + 2 * vmr * kSigmas)
        << "code " << code << " leaf " << leaf;
  }
}

using TickText = std::vector<std::tuple<int64_t, int64_t, uint32_t, uint32_t, uint64_t, uint32_t>>;

TickText TextOf(uint64_t seed, int64_t ticks) {
  Month month(seed, 1);
  TickText text;
  for (MonthTick tick; month.Next(&tick) && tick.tick < ticks;) {
    for (const CellGain& gain : tick.gains) {
      text.emplace_back(tick.tick, tick.ticks, gain.place, gain.slot, gain.events, gain.sessions);
    }
  }
  return text;
}

TEST(MonthTest, TheSameSeedGivesTheSameMonth) {
  const TickText text = TextOf(kSeed, 1'000);
  EXPECT_GT(text.size(), 10'000u);
  EXPECT_TRUE(text == TextOf(kSeed, 1'000));
  EXPECT_FALSE(text == TextOf(kSeed + 1, 1'000));
}

// One whole month: what the network and the daemon do to the counts, and the labels.
class WholeMonthTest : public testing::Test {
 protected:
  struct Sums {
    double events = 0;
    double successes = 0;
    int64_t ticks = 0;  // that were counted
    int64_t calls = 0;  // ticks with data
    int64_t restarts = 0;
  };

  // One pass for all tests: sums by event, and of the ten minutes after it.
  static void SetUpTestSuite() {
    month_ = new Month(kSeed, kMonthDays);
    during_ = new std::vector<Sums>(month_->plan().events.size());
    after_ = new std::vector<Sums>(month_->plan().events.size());
    for (MonthTick tick; month_->Next(&tick);) {
      for (size_t i = 0; i < during_->size(); ++i) {
        const MonthEvent& event = month_->plan().events[i];
        if (event.IsOn(tick.tick)) AddTick(event, tick, &(*during_)[i]);
        if (tick.tick == event.end) AddTick(event, tick, &(*after_)[i]);
      }
    }
  }
  static void TearDownTestSuite() {
    delete month_;
    delete during_;
    delete after_;
  }

  static void AddTick(const MonthEvent& event, const MonthTick& tick, Sums* sums) {
    sums->ticks += tick.ticks;
    ++sums->calls;
    if (tick.restart) ++sums->restarts;
    for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
      if (event.place.Holds(FleetRows()[leaf])) {
        sums->successes += static_cast<double>(tick.successes[leaf]);
      }
    }
    for (const CellGain& gain : tick.gains) {
      const bool counts = event.codes.empty() || event.HasCode(static_cast<int>(gain.slot));
      if (counts && event.place.Holds(FleetRows()[gain.place])) {
        sums->events += static_cast<double>(gain.events);
      }
    }
  }

  template <typename Visit>
  static void ForEach(EventKind kind, const Visit& visit) {
    for (size_t i = 0; i < during_->size(); ++i) {
      const MonthLabel& label = month_->labels()[i];
      if (label.event.kind == kind) visit(label, (*during_)[i], (*after_)[i]);
    }
  }

  static Month* month_;
  static std::vector<Sums>* during_;
  static std::vector<Sums>* after_;
};

Month* WholeMonthTest::month_ = nullptr;
std::vector<WholeMonthTest::Sums>* WholeMonthTest::during_ = nullptr;
std::vector<WholeMonthTest::Sums>* WholeMonthTest::after_ = nullptr;

TEST_F(WholeMonthTest, AStopHasNoEventsAndADeadline) {
  ForEach(EventKind::kStop, [](const MonthLabel& label, const Sums& during, const Sums& after) {
    EXPECT_EQ(during.events + during.successes, 0);
    EXPECT_GT(during.calls, 0) << "the detector still ticks";
    EXPECT_GT(after.successes, 0);
    EXPECT_EQ(label.decided, label.event.start + 18);
  });
}

TEST_F(WholeMonthTest, LateDataComeAtTheEnd) {
  ForEach(EventKind::kLate, [](const MonthLabel& label, const Sums& during, const Sums& after) {
    EXPECT_EQ(during.successes, 0);
    EXPECT_GT(after.successes, static_cast<double>(label.event.end - label.event.start) * 10);
    EXPECT_EQ(after.ticks, 1) << "nobody says that they are late";
  });
}

TEST_F(WholeMonthTest, AGapHasNoTicksAndKeepsItsLastTenMinutes) {
  int gaps = 0;
  const auto check = [&](const MonthLabel& label, const Sums& during, const Sums& after) {
    ++gaps;
    EXPECT_EQ(during.calls, 0);
    EXPECT_EQ(after.ticks, 1 + std::min<int64_t>(60, label.event.end - label.event.start));
    EXPECT_EQ(after.restarts, 1);
    EXPECT_GT(after.successes / static_cast<double>(after.ticks), 300);
  };
  ForEach(EventKind::kGap, check);
  ForEach(EventKind::kRestart, check);
  EXPECT_EQ(gaps, 4);
}

TEST_F(WholeMonthTest, ALoopAddsAnEventASecondForEachClient) {
  ForEach(EventKind::kLoop, [](const MonthLabel& label, const Sums& during, const Sums& after) {
    (void)after;
    EXPECT_GE(during.events, 10.0 * label.event.clients * static_cast<double>(during.ticks));
    EXPECT_FALSE(label.detectable());
  });
}

TEST_F(WholeMonthTest, NearlyAllOutagesAreDetectableAndMostWithinMinutes) {
  int outages = 0;
  int detectable = 0;
  int quick = 0;
  for (const MonthLabel& label : month_->labels()) {
    if (!label.event.is_outage()) continue;
    ++outages;
    if (!label.detectable()) continue;
    ++detectable;
    EXPECT_GE(*label.decided, label.event.start);
    EXPECT_LT(*label.decided, label.event.end);
    if (*label.decided - label.event.start <= kHourTicks / 3) ++quick;
  }
  EXPECT_EQ(outages, 13);
  EXPECT_GE(detectable, 11);
  EXPECT_GE(quick, 8);
}

TEST(DecisionTest, TheRatioIsThatOfANegativeBinomial) {
  EXPECT_EQ(CountLlr(5, 5, 2), 0);
  EXPECT_NEAR(CountLlr(20, 5, 1), 20 * std::log(4.0) - 15, 1e-9);
  EXPECT_NEAR(CountLlr(20, 5, 2), 20 * std::log(4.0) - 25 * std::log(2.5), 1e-9);
  EXPECT_GT(CountLlr(20, 5, 1), CountLlr(20, 5, 8));
}

TEST(DecisionTest, IsPassedWhenTheCountsAllowIt) {
  // ln(20 rows x 70 codes x 60,480 ticks) = 18.25; half as much again is 27.4.
  EXPECT_NEAR(Decision::Level(), 27.4, 0.05);
  // 3 a tick for an expected 1: 3 ln(3 / 1.3) - 1.7 = 0.809 a tick, so 34 ticks.
  Decision decision;
  int ticks = 1;
  while (!decision.Add(3, 1, 1)) ++ticks;
  EXPECT_EQ(ticks, 34);
  EXPECT_TRUE(decision.Add(0, 1, 1)) << "what is decided stays so";
  // A rise that comes late is found by the newest ticks.
  Decision late;
  for (int i = 0; i < 1'000; ++i) EXPECT_FALSE(late.Add(1, 1, 1));
  for (ticks = 1; !late.Add(3, 1, 1);) ++ticks;
  EXPECT_LE(ticks, 64);
  // Within the wandering nothing is decided.
  Decision never;
  for (int i = 0; i < 10'000; ++i) EXPECT_FALSE(never.Add(1.3, 1, 1));
}

}  // namespace
}  // namespace gmewatch::detect_eval
