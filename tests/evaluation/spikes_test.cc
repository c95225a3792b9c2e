#include "tests/evaluation/spikes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/evaluation/quiet.h"

namespace gmewatch::detect_eval {
namespace {

RunSettings SmallSettings() {
  RunSettings settings;
  settings.quiet_series = 15;
  settings.learn_weeks = 0;
  settings.spikes_per_cell = 4;
  settings.releases = 5;
  return settings;
}

// Alarms while tick % period < on.
template <int64_t period, int64_t on>
class Periodic : public Rule {
 public:
  explicit Periodic(const RuleSetting& /*setting*/) {}
  Step Observe(int64_t tick, uint64_t /*count*/) override {
    return condition_.Verdict(tick, 0, 0, tick % period < on);
  }
  std::string name() const override { return "periodic"; }

 private:
  Condition condition_;
};

template <typename RuleType>
Contender Only() {
  Contender contender;
  contender.entry.name = "only";
  contender.entry.make = [](const RuleSetting& setting) -> std::unique_ptr<Rule> {
    return std::make_unique<RuleType>(setting);
  };
  return contender;
}

TEST(SpikesTest, EveryCellHasSpikesADayApart) {
  const RunSettings settings = SmallSettings();
  std::map<std::pair<double, double>, int> cells;
  for (int64_t index = 0; index < SpikeSeries(settings); ++index) {
    const SeriesPlan plan = PlanSpikes(settings, index);
    int64_t end = -kDayTicks;
    for (const Spike& spike : plan.spikes) {
      ++cells[{plan.baseline, spike.factor}];
      EXPECT_GE(spike.start, end + kDayTicks);
      EXPECT_GE(spike.length, 6);
      EXPECT_LE(spike.length, 6 * kHourTicks);
      end = spike.end();
    }
    EXPECT_LE(end, plan.ticks);
  }
  EXPECT_EQ(cells.size(), kBaselines.size() * kFactors.size());
  for (const auto& [cell, spikes] : cells) EXPECT_EQ(spikes, 4);
}

TEST(SpikesTest, AnAlarmThatWasActiveBeforeFindsNothing) {
  const SpikeTally tally =
      RunSpikes(SmallSettings(), {Only<Periodic<kWeekTicks, kWeekTicks>>()}).front();
  for (const SpikeResult& spike : tally.spikes) EXPECT_FALSE(spike.found);
}

TEST(SpikesTest, AnAlarmEveryMinuteFindsAllWithinAMinuteAndByChance) {
  const SpikeTally tally = RunSpikes(SmallSettings(), {Only<Periodic<6, 3>>()}).front();
  ASSERT_EQ(tally.spikes.size(), 100u);
  for (const SpikeResult& spike : tally.spikes) {
    EXPECT_TRUE(spike.found);
    EXPECT_TRUE(spike.found_by_chance);
    EXPECT_LE(spike.delay, 180 + 6) << "a minute, or after a gap";
    EXPECT_EQ(spike.start_error, spike.delay);
  }
}

TEST(QuietTest, CountsAlarmsAtTheirStart) {
  RunSettings settings = SmallSettings();
  settings.learn_weeks = 1;
  const QuietTally tally = RunQuiet(settings, {Only<Periodic<kDayTicks, 360>>()}).front();
  // One a day, unless it falls into a gap.
  EXPECT_NEAR(static_cast<double>(tally.first_weeks), 15 * 7, 2);
  for (const int64_t alarms : tally.alarms) EXPECT_NEAR(static_cast<double>(alarms), 3 * 7, 1);
  EXPECT_NEAR(static_cast<double>(tally.active_ticks), 15 * 7 * 360, 15 * 7 * 360 * 0.05);
}

}  // namespace
}  // namespace gmewatch::detect_eval
