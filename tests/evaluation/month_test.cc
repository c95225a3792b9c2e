#include "tests/evaluation/month.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "tests/evaluation/traffic.h"

namespace gmewatch::detect_eval {
namespace {

constexpr uint64_t kSeed = 1;
constexpr double kSigmas = 5;

// Outages share neither a code in overlapping places nor, but for those in a crowd, a time with an
// event of the whole fleet.
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

}  // namespace
}  // namespace gmewatch::detect_eval
