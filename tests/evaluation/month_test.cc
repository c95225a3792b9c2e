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

// A month of 18 hours with one of each kind of event that changes what arrives.
class DayTest : public testing::Test {
 protected:
  static constexpr int64_t kHour = kHourTicks;
  static constexpr FleetPlace kRegion = {kAll, 1};

  struct Sums {
    double events = 0;  // of the event's codes
    double successes = 0;
    double loops = 0;   // events of the busiest bucket beyond the mean of the others
    int64_t ticks = 0;  // that were counted
    int64_t calls = 0;  // ticks with data
    int64_t restarts = 0;
  };

  DayTest() : month_(Plan()), during_(month_.plan().events.size()), after_(during_) {
    for (MonthTick tick; month_.Next(&tick);) {
      for (size_t i = 0; i < during_.size(); ++i) {
        const MonthEvent& event = month_.plan().events[i];
        if (event.IsOn(tick.tick)) AddTick(event, tick, &during_[i]);
        if (tick.tick == event.end) AddTick(event, tick, &after_[i]);
      }
    }
  }

  static MonthPlan Plan() {
    MonthPlan plan;
    plan.seed = kSeed;
    plan.ticks = 18 * kHour;
    const auto add = [&plan](EventKind kind, int64_t hour, int64_t minutes) -> MonthEvent& {
      MonthEvent& event = plan.events.emplace_back();
      event.kind = kind;
      event.start = hour * kHour;
      event.end = event.start + minutes * kMinuteTicks;
      return event;
    };
    add(EventKind::kStop, 1, 30);
    add(EventKind::kStop, 2, 30).place = kRegion;
    add(EventKind::kLate, 3, 5).place = kRegion;
    add(EventKind::kGap, 4, 45);
    add(EventKind::kRestart, 6, 2);
    for (const int clients : {1, 2}) {
      MonthEvent& loop = add(EventKind::kLoop, 6 + clients, 30);
      loop.place = {0, 1};
      loop.codes = {kRare};
      loop.clients = clients;
    }
    for (const double factor : {1e6, 1.2}) {
      MonthEvent& outage = add(EventKind::kOutage, factor > 2 ? 10 : 12, 60);
      outage.place = kRegion;
      outage.codes = {factor > 2 ? kRare : kErrorCodes};
      outage.factor = factor;
    }
    return plan;
  }

  static void AddTick(const MonthEvent& event, const MonthTick& tick, Sums* sums) {
    sums->ticks += tick.ticks;
    ++sums->calls;
    if (tick.restart) ++sums->restarts;
    for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
      if (!event.place.Holds(FleetRows()[leaf])) continue;
      sums->successes += static_cast<double>(tick.successes[leaf]);
    }
    for (const CellGain& gain : tick.gains) {
      const bool counts = event.codes.empty() || event.HasCode(static_cast<int>(gain.slot));
      if (!counts || !event.place.Holds(FleetRows()[gain.place])) continue;
      sums->events += static_cast<double>(gain.events);
      for (const uint32_t bucket : gain.by_sender) sums->loops += bucket >= 10 ? bucket : 0;
    }
  }

  const MonthLabel& label(size_t event) const { return month_.labels()[event]; }

  static constexpr int kRare = 1;
  Month month_;
  std::vector<Sums> during_;  // by event
  std::vector<Sums> after_;   // the tick at its end
};

TEST_F(DayTest, AStopHasNoEventsAndADeadline) {
  for (const size_t stop : {size_t{0}, size_t{1}}) {
    EXPECT_EQ(during_[stop].events + during_[stop].successes, 0);
    EXPECT_EQ(during_[stop].calls, 30 * kMinuteTicks) << "the detector still ticks";
    EXPECT_GT(after_[stop].successes, 100);
    EXPECT_EQ(label(stop).decided, label(stop).event.start + 18);
  }
}

TEST_F(DayTest, LateDataComeAtTheEnd) {
  EXPECT_EQ(during_[2].events + during_[2].successes, 0);
  EXPECT_GT(after_[2].successes, 20 * after_[1].successes);
  EXPECT_EQ(after_[2].ticks, 1) << "nobody says that they are late";
}

TEST_F(DayTest, AGapHasNoTicksAndKeepsItsLastTenMinutes) {
  EXPECT_EQ(during_[3].calls + during_[4].calls, 0);
  EXPECT_EQ(after_[3].ticks, 61);
  EXPECT_EQ(after_[4].ticks, 13);
  EXPECT_EQ(after_[3].restarts + after_[4].restarts, 2);
  EXPECT_GT(after_[3].successes, 3 * after_[4].successes);
}

TEST_F(DayTest, ALoopAddsAnEventASecondForEachClient) {
  EXPECT_NEAR(during_[5].events, 10 * 180, 20);
  EXPECT_NEAR(during_[6].events, 20 * 180, 20);
  EXPECT_GE(during_[5].loops, 10 * 180) << "from one sender";
  EXPECT_FALSE(label(5).detectable());
}

TEST_F(DayTest, AnOutageIsDetectableIfItsCountsAllowIt) {
  ASSERT_TRUE(label(7).detectable());
  EXPECT_LE(*label(7).decided - label(7).event.start, 6);
  EXPECT_GT(during_[7].events, 100);
  EXPECT_FALSE(label(8).detectable()) << "rates wander by more than x1.2";
}

}  // namespace
}  // namespace gmewatch::detect_eval
