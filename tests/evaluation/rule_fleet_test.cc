#include "tests/evaluation/rule_fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/evaluation/fleet_rule.h"

namespace gmewatch::detect_eval {
namespace {

// Alarms above 10 events a tick.
class AboveTen : public Rule {
 public:
  explicit AboveTen(const RuleSetting& /*setting*/) {}
  Step Observe(int64_t tick, uint64_t count) override {
    return condition_.Verdict(tick, 0, 0, count > 10);
  }
  std::string name() const override { return "above_ten"; }

 private:
  Condition condition_;
};

Contender Only() {
  Contender contender;
  contender.entry.name = "above_ten";
  contender.entry.make = [](const RuleSetting& setting) -> std::unique_ptr<Rule> {
    return std::make_unique<AboveTen>(setting);
  };
  return contender;
}

struct Count {
  FleetPlace place;
  uint64_t events;
};

// The place of the one line of a code with these counts; nothing if it has none.
std::optional<FleetPlace> PlaceOf(const std::vector<Count>& counts, int64_t ticks = 1) {
  RuleFleet fleet(RunSettings(), Only());
  MonthTick tick;
  tick.ticks = ticks;
  for (const Count& count : counts) {
    CellGain& gain = tick.gains.emplace_back();
    gain.place = static_cast<uint32_t>(count.place.app * kRegions + count.place.region);
    gain.slot = 7;
    gain.events = count.events;
  }
  std::vector<ActiveLine> active;
  fleet.Observe(tick, &active);
  if (active.empty()) return std::nullopt;
  EXPECT_EQ(active.size(), 1u);
  EXPECT_EQ(active[0].code, 7);
  EXPECT_EQ(active[0].kind, LineKind::kSpike);
  return active[0].place;
}

TEST(RuleFleetTest, ACodeHasOneLineInTheSmallestPlaceThatHoldsItsAlarms) {
  EXPECT_EQ(PlaceOf({{{0, 1}, 10}}), std::nullopt);
  EXPECT_EQ(PlaceOf({{{0, 1}, 11}}), (FleetPlace{0, 1}));
  EXPECT_EQ(PlaceOf({{{0, 1}, 11}, {{1, 1}, 11}}), (FleetPlace{kAll, 1}));
  EXPECT_EQ(PlaceOf({{{0, 1}, 11}, {{0, 3}, 11}}), (FleetPlace{0, kAll}));
  EXPECT_EQ(PlaceOf({{{0, 1}, 11}, {{1, 3}, 11}}), (FleetPlace{}));
}

TEST(RuleFleetTest, ARollUpIsThePlaceIfNoLeafAlarms) {
  EXPECT_EQ(PlaceOf({{{0, 1}, 6}, {{0, 3}, 6}}), (FleetPlace{0, kAll}));
  EXPECT_EQ(PlaceOf({{{0, 1}, 6}, {{1, 1}, 6}}), (FleetPlace{kAll, 1}));
  EXPECT_EQ(PlaceOf({{{0, 1}, 6}, {{1, 2}, 6}}), (FleetPlace{}));
}

TEST(RuleFleetTest, SeveralTicksAreSeenAsTheirMean) {
  EXPECT_EQ(PlaceOf({{{0, 1}, 100}}, 10), std::nullopt);
  EXPECT_EQ(PlaceOf({{{0, 1}, 110}}, 10), (FleetPlace{0, 1}));
}

// The project's detector as the daemon runs it: a flood in one place after two quiet hours.
TEST(OursFleetTest, ReportsAFloodAndGoesOnAfterARestart) {
  Contender ours;
  ours.entry.name = kOurs;
  const std::unique_ptr<FleetRule> rule = MakeFleetRule(RunSettings(), ours);
  std::vector<ActiveLine> active;
  for (int64_t now = 0; now < 3 * kHourTicks; ++now) {
    MonthTick tick;
    tick.tick = now;
    tick.restart = now == 2 * kHourTicks + 100;
    for (const uint32_t leaf : {1U, 2U, 6U}) {
      CellGain& gain = tick.gains.emplace_back();
      gain.place = leaf;
      gain.slot = 7;
      const uint32_t each = leaf == 2 && now >= 2 * kHourTicks ? 50 : 1;
      gain.events = each * Senders::kBuckets;
      gain.by_sender.fill(each);
      gain.sessions = 0xffff;
    }
    rule->Observe(tick, &active);
    if (now < 2 * kHourTicks) {
      ASSERT_TRUE(active.empty()) << now;
    } else if (now > 2 * kHourTicks + 60) {
      ASSERT_EQ(active.size(), 1u) << now;
      EXPECT_EQ(active[0].code, 7);
      EXPECT_EQ(active[0].place, (FleetPlace{0, 2}));
      EXPECT_EQ(active[0].since, 2 * kHourTicks);
      EXPECT_NE(active[0].incident, 0u);
    }
  }
}

}  // namespace
}  // namespace gmewatch::detect_eval
