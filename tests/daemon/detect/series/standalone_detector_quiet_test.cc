// Series that must not raise a spike.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "daemon/detect/series/standalone_detector.h"
#include "tests/daemon/detect/series/model_run.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

constexpr int kDay = static_cast<int>(kTicksPerDay);
constexpr int kTicksPerWeek = 7 * kDay;

using CountFn = std::function<uint64_t(int tick)>;

// Returns the number of spikes that begin in `ticks` ticks.
int SpikesIn(int ticks, const DetectSettings& settings, const CountFn& count_at) {
  StandaloneDetector detector(settings, 1);
  int spikes = 0;
  bool was_active = false;
  for (int tick = 0; tick < ticks; ++tick) {
    const bool active = detector.Observe(int64_t{kFirstTick} + tick, count_at(tick)).active;
    spikes += active && !was_active ? 1 : 0;
    was_active = active;
  }
  return spikes;
}

TEST(QuietSeriesTest, StaysQuietForAWeekAtAnyRate) {
  // The budget is one false alarm in a hundred weeks; these are fifteen weeks.
  DetectSettings settings;
  settings.false_alarms_per_week = 0.01;
  for (const double rate : {0.01, 0.1, 1.0, 10.0, 100.0}) {
    for (uint64_t seed = 1; seed <= 3; ++seed) {
      Random counts(seed);
      EXPECT_EQ(SpikesIn(kTicksPerWeek, settings, [&](int) { return counts.Poisson(rate); }), 0)
          << "rate " << rate << " seed " << seed;
    }
  }
}

TEST(QuietSeriesTest, KeepsTheBudgetOfFalseAlarms) {
  int spikes = 0;
  for (const double rate : {0.1, 1.0, 10.0, 50.0}) {
    for (const double vmr : {1.0, 2.0, 4.0}) {
      Random counts(static_cast<uint64_t>(100 * rate + vmr));
      spikes += SpikesIn(kTicksPerWeek, {}, [&](int) {
        return vmr > 1 ? counts.NegativeBinomial(rate, vmr) : counts.Poisson(rate);
      });
    }
  }
  EXPECT_LE(spikes, 12) << "in twelve weeks";
}

TEST(QuietSeriesTest, AGapIsNotZeros) {
  // A gap within an hour, and across the ends of hours.
  for (const int gap_begin : {10 * 360 + 10, 10 * 360 + 200, 50 * 360 + 180}) {
    for (const int gap_ticks : {300, 360, 700}) {
      SCOPED_TRACE(testing::Message() << gap_begin << " " << gap_ticks);
      Random counts(17);
      StandaloneDetector detector({}, 1);
      StandaloneDetector of_zeros({}, 1);
      double before = 0;
      for (int tick = 0; tick < gap_begin; ++tick) {
        const uint64_t count = counts.Poisson(5);
        before = detector.Observe(int64_t{kFirstTick} + tick, count).expected;
        of_zeros.Observe(int64_t{kFirstTick} + tick, count);
      }
      for (int tick = gap_begin; tick < gap_begin + gap_ticks; ++tick) {
        of_zeros.Observe(int64_t{kFirstTick} + tick, 0);
      }
      const int end = gap_begin + gap_ticks;
      EXPECT_NEAR(detector.Observe(int64_t{kFirstTick} + end, 5).expected / before, 1, 0.05);
      // From a day on, zeros do not lower the expectation either.
      if (gap_begin < kDay) {
        EXPECT_LT(of_zeros.Observe(int64_t{kFirstTick} + end, 5).expected / before, 0.95);
      }
      for (int tick = end + 1; tick < end + 1000; ++tick) {
        const Observation seen = detector.Observe(int64_t{kFirstTick} + tick, counts.Poisson(5));
        ASSERT_FALSE(seen.active) << tick;
        ASSERT_NEAR(seen.expected / before, 1, 0.25) << tick;
      }
    }
  }
}

TEST(QuietSeriesTest, AGapOfWeeksIsNotZerosEither) {
  Random counts(18);
  StandaloneDetector detector({}, 1);
  for (int tick = 0; tick < 2 * kDay; ++tick) {
    detector.Observe(int64_t{kFirstTick} + tick, counts.Poisson(5));
  }
  const int later = 5 * kTicksPerWeek;
  for (int tick = 0; tick < 3000; ++tick) {
    const Observation seen =
        detector.Observe(int64_t{kFirstTick} + later + tick, counts.Poisson(5));
    ASSERT_FALSE(seen.active) << tick;
    ASSERT_NEAR(seen.expected, 5, 1) << tick;
  }
}

// Returns the number of spikes if every count is multiplied by `times`.
int SpikesOfMultiplied(int ticks, uint64_t times, double rate, uint64_t seed) {
  DetectSettings settings;
  settings.false_alarms_per_week = 0.01;
  Random counts(seed);
  return SpikesIn(ticks, settings, [&](int) { return times * counts.Poisson(rate); });
}

TEST(QuietSeriesTest, AMultipleOfAllCountsIsNoSpike) {
  for (const uint64_t times : {1U, 7U}) {
    for (const double rate : {1.0, 5.0, 20.0}) {
      for (uint64_t seed = 1; seed <= 3; ++seed) {
        EXPECT_EQ(SpikesOfMultiplied(2 * kDay, times, rate, seed), 0)
            << times << " times " << rate << " seed " << seed;
      }
    }
  }
  // Control: seven times the rate, a day later, is a spike.
  Random counts(1);
  const auto sevenfold_later = [&](int tick) {
    return (tick < kDay ? 1U : 7U) * counts.Poisson(5);
  };
  EXPECT_EQ(SpikesIn(kDay + 500, {}, sevenfold_later), 1);
}

TEST(QuietSeriesTest, AKnownSeasonIsNoSpike) {
  // Four times the rate in the evening as in the morning, for three weeks.
  Random counts(21);
  StandaloneDetector detector({}, 1);
  int active_ticks = 0;
  for (int tick = 0; tick < 3 * kTicksPerWeek; ++tick) {
    const double day = 2 * std::numbers::pi * tick / kDay;
    const Observation seen = detector.Observe(int64_t{kFirstTick} + tick,
                                              counts.Poisson(10 * (1 + 0.6 * std::sin(day))));
    if (tick >= 2 * kTicksPerWeek) active_ticks += seen.active ? 1 : 0;
  }
  EXPECT_LE(active_ticks, 60);
}

}  // namespace
}  // namespace gmewatch
